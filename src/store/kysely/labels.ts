import { AweError } from "#src/errors.ts";

import type { Connections, Writer } from "./dialects/connections.ts";

type Labels = Readonly<Record<string, string>>;

/** Cromwell's bound for keys and values of labels. */
const LONGEST = 255;

/** Rows of one `insert`. */
const BATCH = 200;

/** @throws {AweError} `invalid_request` for a label that the store has no room for. */
export function checkLabels(labels: Labels): void {
  for (const [key, value] of Object.entries(labels)) {
    if (key.length <= LONGEST && value.length <= LONGEST) continue;
    throw new AweError("invalid_request", `label ${JSON.stringify(key.slice(0, 40))}: key or value is too long`, {
      findings: [{ message: "a label's key and value have 255 characters at most", hint: "shorten the label" }],
    });
  }
}

/** Makes labels searchable that the run does not have yet. */
export async function addLabels(writer: Writer, userName: string, runId: string, labels: Labels): Promise<void> {
  const rows = Object.entries(labels).map(([key, value]) => ({
    run_id: runId,
    label_key: key,
    label_value: value,
    user_name: userName,
  }));
  for (let at = 0; at < rows.length; at += BATCH) {
    await writer
      .insertInto("run_labels")
      .values(rows.slice(at, at + BATCH))
      .execute();
  }
}

/** Adds or overwrites labels; answers all of them, `undefined` for an unknown run. */
export async function mergeLabels(
  writer: Writer,
  userName: string,
  runId: string,
  added: Labels,
): Promise<Labels | undefined> {
  checkLabels(added);
  const ofRun = writer.updateTable("runs").where("run_id", "=", runId).where("user_name", "=", userName);
  // Takes the row's lock, so that two merges at once do not lose each other's labels.
  const locked = await ofRun.set((eb) => ({ labels: eb.ref("labels") })).executeTakeFirst();
  if (locked.numUpdatedRows === 0n) return undefined;
  const { labels } = await writer
    .selectFrom("runs")
    .select("labels")
    .where("run_id", "=", runId)
    .executeTakeFirstOrThrow();
  const merged: Labels = { ...(JSON.parse(labels) as Labels), ...added };
  await ofRun.set({ labels: JSON.stringify(merged) }).execute();
  const keys = Object.keys(added);
  if (keys.length > 0) {
    await writer.deleteFrom("run_labels").where("run_id", "=", runId).where("label_key", "in", keys).execute();
    await addLabels(writer, userName, runId, added);
  }
  return merged;
}

/** See `UserStore.label`. */
export function label(
  { write }: Connections,
  userName: string,
  runId: string,
  labels: Labels,
): Promise<Labels | undefined> {
  return write((writer) => mergeLabels(writer, userName, runId, labels));
}
