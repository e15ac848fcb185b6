import { stat } from "node:fs/promises";
import { resolve } from "node:path";

import type { Json, JsonObject } from "#src/model/run.ts";
import { ANY, typeWithin } from "#src/wdl/type-rules.ts";
import type { Type } from "#src/wdl/types.ts";

/** What the workflow's inputs are, by name; `undefined` where the workflow is not known here. */
export type InputTypes = ReadonlyMap<string, Type> | undefined;

/** Uploads a file and answers what the inputs are to name in its place. */
export type Upload = (file: string) => Promise<string>;

/**
 * Uploads the local files that inputs name, and puts what the server calls them in their places. The same file is uploaded
 * once.
 *
 * Relative paths mean files beside the inputs file, in `folder`; one that is not there may be in the source and is left to
 * the server, as absolute paths and addresses are. Where types are not known, a text is taken for a path when it
 * holds a slash or a dot and there is such a file.
 */
export async function uploadLocalFiles(
  upload: Upload,
  inputs: JsonObject,
  folder: string,
  types: InputTypes,
): Promise<JsonObject> {
  const done = new Map<string, string>();
  const place = async (text: string): Promise<string> => {
    const file = resolve(folder, text);
    const found = await stat(file).catch(() => undefined);
    if (found?.isFile() !== true) return text;
    const known = done.get(file) ?? (await upload(file));
    done.set(file, known);
    return known;
  };
  const entries: [string, Json][] = [];
  for (const [name, value] of Object.entries(inputs)) {
    const type = types === undefined ? ANY : types.get(name);
    entries.push([name, await replaced(value, type, place)]);
  }
  return Object.fromEntries(entries);
}

/** One value after the other, so that uploads do not crowd each other out. */
async function replaced(value: Json, type: Type | undefined, place: Upload): Promise<Json> {
  if (type === undefined) return value;
  if (type.kind === "optional") return replaced(value, type.inner, place);
  if (typeof value === "string") return isLocalPath(value, type) ? place(value) : value;
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) {
    const items: Json[] = [];
    for (const [index, item] of (value as readonly Json[]).entries()) {
      items.push(await replaced(item, typeWithin(type, index), place));
    }
    return items;
  }
  const members: [string, Json][] = [];
  for (const [name, member] of Object.entries(value)) {
    members.push([name, await replaced(member, typeWithin(type, name), place)]);
  }
  return Object.fromEntries(members);
}

function isLocalPath(text: string, type: Type): boolean {
  // With a scheme, as in gs://bucket/file or awe-upload:…, it is somebody else's.
  if (text === "" || text.startsWith("/") || /^[a-z][a-z0-9+.-]*:/i.test(text)) return false;
  return type.kind === "file" || (type.kind === "any" && /[./]/.test(text));
}
