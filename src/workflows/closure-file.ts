import { createHash } from "node:crypto";
import { AweError } from "#src/errors.ts";
import type { Closure } from "#src/model/closure.ts";
import type { Json, JsonObject } from "#src/model/run.ts";
import { isObject } from "#src/model/source-text.ts";
import { packBundle, unpackBundle } from "./bundle.ts";

const HEAD = "closure.json";
const DOCUMENTS = "documents/";
const INPUT_FILES = "input-files/";

/** What a closure says in JSON; documents and files stand beside it. */
type ClosureHead = Pick<Closure, "main" | "inputs" | "options" | "labels" | "wdlName">;

/**
 * SHA-256 in hex over all that a closure holds. Neither the order of keys nor that of files counts, so that equal closures
 * are stored once.
 */
export function hashClosure(closure: Omit<Closure, "hash">): string {
  const digest = (bytes: Uint8Array | string) => createHash("sha256").update(bytes).digest("hex");
  const digests = (files: ReadonlyMap<string, Uint8Array | string>) =>
    Object.fromEntries([...files].map(([path, content]) => [path, digest(content)]));
  const everything = { ...headOf(closure), documents: digests(closure.documents), files: digests(closure.inputFiles) };
  return digest(canonical(everything));
}

/** A closure as one zip, the same bytes for the same closure: `closure.json`, `documents/…`, `input-files/…`. */
export function packClosure(closure: Closure): Promise<Uint8Array> {
  const encoder = new TextEncoder();
  const files = new Map<string, Uint8Array>([[HEAD, encoder.encode(canonical(headOf(closure)))]]);
  for (const [path, text] of closure.documents) files.set(DOCUMENTS + path, encoder.encode(text));
  for (const [path, bytes] of closure.inputFiles) files.set(INPUT_FILES + path, bytes);
  return packBundle(files);
}

/**
 * Reads what `packClosure` wrote.
 *
 * @throws {AweError} `internal` when it is something else.
 */
export async function unpackClosure(packed: Uint8Array): Promise<Closure> {
  const files = await unpackBundle(packed).catch((cause: unknown) => {
    throw new AweError("internal", "a stored closure cannot be read", { cause });
  });
  const decoder = new TextDecoder();
  const head = files.get(HEAD);
  const parsed: unknown = head && JSON.parse(decoder.decode(head));
  if (!isHead(parsed)) throw new AweError("internal", "a stored closure has no closure.json");
  const below = (folder: string) =>
    [...files].flatMap(([path, bytes]): [string, Uint8Array][] =>
      path.startsWith(folder) ? [[path.slice(folder.length), bytes]] : [],
    );
  const content = {
    ...headOf(parsed),
    documents: new Map(below(DOCUMENTS).map(([path, bytes]) => [path, decoder.decode(bytes)])),
    inputFiles: new Map(below(INPUT_FILES)),
  };
  return { ...content, hash: hashClosure(content) };
}

function headOf({ main, inputs, options, labels, wdlName }: ClosureHead): ClosureHead {
  return { main, inputs, options, labels, wdlName };
}

function isHead(value: unknown): value is ClosureHead {
  return isObject(value) && typeof value["main"] === "string" && isObject(value["inputs"]);
}

/** JSON with sorted keys. */
function canonical(value: object): string {
  return JSON.stringify(value, (_, member: Json) =>
    isObject(member)
      ? (Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1))) as JsonObject)
      : member,
  );
}
