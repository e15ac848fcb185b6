import { createHash } from "node:crypto";
import type { Context } from "hono";

import { AweError } from "#src/errors.ts";
import { jsonObject } from "./json.ts";
import { readParts } from "./multipart.ts";
import { bodyOf } from "./request-body.ts";

/** A request's fields, whatever form they came in: JSON values, or the bytes of form parts. */
export type Fields = ReadonlyMap<string, unknown>;

/** How large a body may be, and the setting that says so where one does. */
export interface BodyLimit {
  readonly bytes: number;
  readonly setting?: "AWE_MAX_BODY" | "AWE_MAX_UPLOAD";
}

/**
 * Refuses a body that tells at once that it is too large.
 *
 * @throws {AweError} `too_large`, which names the limit.
 */
export function assertFits(c: Context, limit: BodyLimit): void {
  if (Number(c.req.header("content-length") ?? 0) > limit.bytes) throw tooLarge(limit);
}

/**
 * Reads a body.
 *
 * @throws {AweError} `too_large`, which names the limit.
 */
export async function readBody(c: Context, limit: BodyLimit): Promise<Uint8Array> {
  assertFits(c, limit);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of bodyOf(c)) {
    size += chunk.length;
    if (size > limit.bytes) throw tooLarge(limit);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function tooLarge({ bytes, setting }: BodyLimit): AweError {
  const named = setting === undefined ? "" : ` (${setting})`;
  return new AweError("too_large", `The body is larger than the limit of ${bytes} bytes${named}.`);
}

/**
 * The fields of a JSON object, a multipart or a URL-encoded form. Form parts are their bytes as text unless
 * `binary` names them; a part's file name and type mean nothing, and of parts with one name the last one counts, as
 * in Cromwell.
 *
 * @throws {AweError} `unsupported_media_type`, or `invalid_request` that says what is malformed.
 */
export function readFields(contentType: string, bytes: Uint8Array, binary: ReadonlySet<string>): Fields {
  const type = contentType.split(";")[0]?.trim().toLowerCase() ?? "";
  if (bytes.length === 0 && ["", "application/json", "application/x-www-form-urlencoded"].includes(type))
    return new Map();
  if (type === "application/json" || type === "")
    return new Map(Object.entries(jsonObject(textOf(bytes, "The body"), "The body")));
  if (type !== "multipart/form-data" && type !== "application/x-www-form-urlencoded") {
    throw new AweError(
      "unsupported_media_type",
      `The body is of type ${type}; send application/json, multipart/form-data or application/x-www-form-urlencoded.`,
    );
  }
  const parts =
    type === "multipart/form-data"
      ? readParts(contentType, bytes)
      : [...new URLSearchParams(textOf(bytes, "The form data"))].map(
          ([name, value]) => [name, Buffer.from(value)] as const,
        );
  const fields = new Map<string, unknown>();
  for (const [name, content] of parts) {
    fields.set(name, binary.has(name) ? content : textOf(content, `The part ${name.slice(0, 100)}`));
  }
  return fields;
}

/** SHA-256 over the fields, the same for the same content in whatever order and form. */
export function hashFields(fields: Fields): string {
  const hash = createHash("sha256");
  for (const [name, value] of [...fields].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    hash.update(`${JSON.stringify(name)}:`);
    hash.update(value instanceof Uint8Array ? value : JSON.stringify(value ?? null));
    hash.update("\n");
  }
  return hash.digest("hex");
}

/**
 * Bytes as text.
 *
 * @throws {AweError} `invalid_request` when they are not UTF-8.
 */
export function textOf(bytes: Uint8Array, what: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new AweError("invalid_request", `${what} is not valid UTF-8.`, { cause });
  }
}
