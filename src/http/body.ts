import { createHash } from "node:crypto";
import type { Context } from "hono";

import { AweError, errorText } from "#src/errors.ts";

/** A request's fields, whatever form they came in: JSON values, or the bytes of form parts. */
export type Fields = ReadonlyMap<string, unknown>;

/** No honest inputs file nests deeper; the bound keeps recursive code of ours within its stack. */
const DEEPEST_JSON = 256;

/**
 * Reads a body of at most `limitBytes`.
 *
 * @throws {AweError} `too_large`, which names the limit.
 */
export async function readBody(c: Context, limitBytes: number): Promise<Uint8Array> {
  const refuse = () =>
    new AweError("too_large", `The body is larger than the limit of ${limitBytes} bytes (AWE_MAX_BODY).`);
  if (Number(c.req.header("content-length") ?? 0) > limitBytes) throw refuse();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of c.req.raw.body ?? []) {
    size += chunk.length;
    if (size > limitBytes) throw refuse();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/**
 * The fields of a JSON object, a multipart or a URL-encoded form. Form parts are their bytes as text unless
 * `binary` names them; a part's file name and type mean nothing, and of parts with one name the last one counts, as
 * in Cromwell.
 *
 * @throws {AweError} `unsupported_media_type`, or `invalid_request` that says what is malformed.
 */
export async function readFields(contentType: string, bytes: Uint8Array, binary: ReadonlySet<string>): Promise<Fields> {
  const type = contentType.split(";")[0]?.trim().toLowerCase() ?? "";
  if (type === "application/json" || (type === "" && bytes.length > 0))
    return new Map(Object.entries(jsonObject(textOf(bytes, "The body"), "The body")));
  if (type === "" && bytes.length === 0) return new Map();
  if (type !== "multipart/form-data" && type !== "application/x-www-form-urlencoded") {
    throw new AweError(
      "unsupported_media_type",
      `The body is of type ${type}; send application/json, multipart/form-data or application/x-www-form-urlencoded.`,
    );
  }
  let form: FormData;
  try {
    form = await new Response(Buffer.from(bytes), { headers: { "content-type": contentType } }).formData();
  } catch (cause) {
    throw new AweError("invalid_request", `The form data is malformed: ${errorText(cause)}.`, { cause });
  }
  const fields = new Map<string, unknown>();
  for (const [name, value] of form) {
    const content = typeof value === "string" ? Buffer.from(value) : new Uint8Array(await value.arrayBuffer());
    fields.set(name, binary.has(name) ? content : textOf(content, `The part ${name}`));
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
 * Parses a JSON object, bounded in depth.
 *
 * @throws {AweError} `invalid_request` that names `what` and the fault.
 */
export function jsonObject(text: string, what: string): Record<string, unknown> {
  assertShallow(text, what);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new AweError("invalid_request", `${what} is not valid JSON: ${errorText(cause)}.`, { cause });
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new AweError("invalid_request", `${what} must be a JSON object.`);
  }
  return value as Record<string, unknown>;
}

/** Counts open brackets outside of strings, before any recursive parser sees the text. */
function assertShallow(text: string, what: string): void {
  let depth = 0;
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[[{\]}]/gs)) {
    if (token === "[" || token === "{") depth++;
    else if (token === "]" || token === "}") depth--;
    if (depth > DEEPEST_JSON)
      throw new AweError("invalid_request", `${what} is nested more than ${DEEPEST_JSON} deep.`);
  }
}

function textOf(bytes: Uint8Array, what: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new AweError("invalid_request", `${what} is not valid UTF-8.`, { cause });
  }
}
