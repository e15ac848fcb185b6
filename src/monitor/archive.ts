import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";

import type { JsonObject, Run } from "#src/model/run.ts";
import type { Objects } from "#src/objects/objects.ts";

const keyOf = (runId: string) => `metadata/${runId}.json.gz`;

/** Keeps the last metadata of an ended run, sub-workflows expanded, so that it is answered while the engine sleeps. Idempotent. */
export async function archiveMetadata(objects: Pick<Objects, "put">, run: Run, metadata: JsonObject): Promise<void> {
  await objects.put(run.user, keyOf(run.runId), await promisify(gzip)(JSON.stringify(metadata)));
}

/** The kept metadata of a run, or `undefined` where the engine never had the run. */
export async function archivedMetadata(objects: Pick<Objects, "get">, run: Run): Promise<JsonObject | undefined> {
  const bytes = await objects.get(run.user, keyOf(run.runId));
  return bytes && (JSON.parse((await promisify(gunzip)(bytes)).toString()) as JsonObject);
}
