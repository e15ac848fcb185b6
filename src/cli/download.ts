import { createWriteStream } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ReadableStream } from "node:stream/web";

import type { Json, JsonObject } from "#src/model/run.ts";
import type { Server } from "./server.ts";

/** A file that was saved. */
export interface Saved {
  /** The output's name, with `.0` or `.member` for what lies inside of it. */
  readonly name: string;
  readonly file: string;
}

/**
 * Saves every output that is a file, under its own name; files of one name get a folder each, named for the output.
 *
 * A file appears when it is whole. Texts that only look like paths are no files to the server and are left out.
 */
export async function* download(
  server: Server,
  runId: string,
  outputs: JsonObject,
  folder: string,
): AsyncGenerator<Saved> {
  const candidates = Object.entries(outputs).flatMap(([name, value]) => pathsIn(name, value));
  const uses = new Map<string, number>();
  for (const { base } of candidates) uses.set(base, (uses.get(base) ?? 0) + 1);
  for (const { name, base } of candidates) {
    const response = await server.send("GET", ["awe", "v1", "runs", runId, "outputs", name], { allow: [404] });
    if (response.status === 404 || response.body === null) continue;
    const into = uses.get(base) === 1 ? folder : join(folder, fileName(name));
    await mkdir(into, { recursive: true });
    const file = join(into, base);
    await save(response.body as ReadableStream<Uint8Array>, file);
    yield { name, file };
  }
}

interface Candidate {
  readonly name: string;
  readonly base: string;
}

/** The paths inside of a value with the names by which the server knows them. */
function pathsIn(name: string, value: Json): Candidate[] {
  if (typeof value === "string") {
    const base = /^(?:\/|[a-z][a-z0-9]*:\/\/).*?([^/]+)$/s.exec(value)?.[1];
    return base === undefined ? [] : [{ name, base: fileName(base) }];
  }
  if (value === null || typeof value !== "object") return [];
  return Object.entries(value).flatMap(([key, item]) => pathsIn(`${name}.${key}`, item));
}

/** A name that stays in its folder, whatever a task called its file. */
function fileName(text: string): string {
  const safe = text.replaceAll(/[/\\\p{Cc}]/gu, "_");
  return /^\.{1,2}$/.test(safe) ? "_" : safe;
}

async function save(body: ReadableStream<Uint8Array>, file: string): Promise<void> {
  const partial = `${file}.${process.pid}.part`;
  try {
    await pipeline(Readable.fromWeb(body), createWriteStream(partial));
    await rename(partial, file);
  } finally {
    await rm(partial, { force: true });
  }
}
