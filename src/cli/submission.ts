import { randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { basename, dirname, resolve } from "node:path";
import { Readable } from "node:stream";

import type { RunSummary } from "#src/workflows/run-view.ts";
import { CliError, EXIT, usage } from "./exit.ts";
import type { Given } from "./given.ts";
import { uploadLocalFiles } from "./local-inputs.ts";
import { readObjectFile } from "./object-file.ts";
import { sizeText } from "./pack-folder.ts";
import type { Server } from "./server.ts";
import { sourceOf, type Fields } from "./source.ts";
import { printable, type Terminal } from "./terminal.ts";

/**
 * Sends a submission: packs, uploads, and posts it.
 *
 * @throws {CliError} for what cannot be read or sent, and with the server's findings.
 */
export async function sendSubmission(server: Server, remarks: Terminal, given: Given): Promise<RunSummary> {
  const source = await sourceOf(given, remarks);
  const fields: Fields = { ...source.fields, ...settingsOf(given) };
  const options = given.text("options");
  if (options !== undefined) fields["options"] = await readObjectFile(options);
  const inputs = given.text("inputs");
  if (inputs !== undefined) {
    const upload = (file: string) => uploadFile(server, remarks, file);
    const values = await readObjectFile(inputs);
    fields["inputs"] = await uploadLocalFiles(upload, values, dirname(resolve(inputs)), source.types);
  }
  return post(server, given.name, fields, source.isFetched && !given.flag("hold"));
}

function settingsOf(given: Given): Fields {
  const label = given.text("label");
  const labels = labelsOf(given.list("labels"));
  const ensemble = given.text("ensemble");
  const priority = given.wholeNumber("priority", -1_000_000, 1_000_000);
  return {
    ...(label === undefined ? {} : { label }),
    ...(labels === undefined ? {} : { labels }),
    ...(given.flag("hold") ? { workflowOnHold: true } : {}),
    ...(ensemble === undefined ? {} : { ensemble }),
    ...(priority === undefined ? {} : { priority }),
  };
}

/** `k=v`, or several parted by commas; a comma that no `key=` follows belongs to the value. */
function labelsOf(texts: readonly string[]): Record<string, string> | undefined {
  const pairs = texts.flatMap((text) => text.split(/,(?=[^,=]+=)/));
  const entries = pairs.map((pair): [string, string] => {
    const equals = pair.indexOf("=");
    if (equals < 1) throw usage(`--labels takes KEY=VALUE, not ${JSON.stringify(pair)}.`);
    return [pair.slice(0, equals), pair.slice(equals + 1)];
  });
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

async function uploadFile(server: Server, remarks: Terminal, file: string): Promise<string> {
  const { size } = await stat(file);
  if (remarks.isTty) remarks.line(`Uploading ${printable(file)} (${sizeText(size)})`);
  const body = Readable.toWeb(createReadStream(file)) as ReadableStream<Uint8Array>;
  const { input } = await server.json<{ input: string }>("POST", ["awe", "v1", "uploads"], {
    query: { name: basename(file) },
    headers: { "content-type": "application/octet-stream" },
    body,
  });
  return input;
}

/** A connection that broke is tried again; the key lets the server see that it is the same submission. */
const ATTEMPTS = 3;

async function post(server: Server, workflow: string, fields: Fields, untilChecked: boolean): Promise<RunSummary> {
  const path = [await server.userName(), workflow];
  const isForm = Object.values(fields).some((value) => value instanceof Blob);
  const key = randomUUID();
  for (let attempt = 1; ; attempt++) {
    try {
      return await server.json<RunSummary>("POST", path, {
        // The server then fetches and checks the source before it answers, so that its faults are shown here.
        ...(untilChecked ? { query: { wait: "check" } } : {}),
        headers: { "idempotency-key": key, ...(isForm ? {} : { "content-type": "application/json" }) },
        body: isForm ? formOf(fields) : JSON.stringify(fields),
      });
    } catch (thrown) {
      if (!isBroken(thrown) || attempt === ATTEMPTS) throw thrown;
    }
  }
}

function isBroken(thrown: unknown): boolean {
  const isLost = thrown instanceof CliError && thrown.exit === EXIT.unreachable && thrown.cause instanceof Error;
  const { code } = (isLost ? ((thrown.cause as Error).cause ?? {}) : {}) as { code?: string };
  return code === "ECONNRESET" || code === "EPIPE" || code === "UND_ERR_SOCKET";
}

function formOf(fields: Fields): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) {
    if (value instanceof Blob) form.append(name, value, name);
    else form.append(name, typeof value === "object" ? JSON.stringify(value) : String(value));
  }
  return form;
}
