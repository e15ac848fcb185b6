import type { HonoRequest } from "hono";

import { refusal, unsupportedType } from "./answers.ts";
import { BodyRefused, readBody } from "./bodies.ts";

/** Form parts by name, as bytes. Of parts with one name the last counts, as in Cromwell. */
export type FormParts = ReadonlyMap<string, Buffer>;

const BLANK_LINE = Buffer.from("\r\n\r\n");

/** More than any form of Cromwell's has. */
const MAX_PARTS = 1_000;

/**
 * Reads a multipart form.
 *
 * Files and plain fields are the same thing here: clients send zips without a file name and booleans with one, and
 * Cromwell reads all parts as bytes. The platform's own parser turns parts without a file name into text, which breaks zips.
 *
 * @throws {BodyRefused}
 */
export async function readForm(request: HonoRequest): Promise<FormParts> {
  const type = request.header("content-type");
  const boundary = /^multipart\/form-data\s*;.*?\bboundary=(?:"([^"]+)"|([^\s;]+))/is.exec(type ?? "");
  const name = boundary?.[1] ?? boundary?.[2];
  if (name === undefined) throw new BodyRefused(unsupportedType(type, "multipart/form-data"));
  return parseForm(await readBody(request), name);
}

function parseForm(body: Buffer, boundary: string): FormParts {
  const delimiter = Buffer.from(`\r\n--${boundary}`);
  // The first delimiter may stand at the very start, where no line end precedes it.
  const bytes = Buffer.concat([Buffer.from("\r\n"), body]);
  const parts = new Map<string, Buffer>();
  let at = bytes.indexOf(delimiter);
  if (at < 0) throw broken("it has no part");
  for (let count = 0; ; count++) {
    if (count > MAX_PARTS) throw broken(`it has more than ${MAX_PARTS} parts`);
    const start = at + delimiter.length;
    if (bytes.subarray(start, start + 2).toString("latin1") === "--") return parts;
    const head = bytes.indexOf(BLANK_LINE, start);
    const end = bytes.indexOf(delimiter, start);
    if (head < 0 || end < 0) throw broken("it ends inside of a part");
    // A part without headers has its blank line at once.
    const headers = bytes.subarray(start, head).toString("utf8");
    const content = bytes.subarray(head + BLANK_LINE.length, Math.max(end, head + BLANK_LINE.length));
    parts.set(partName(headers), content);
    at = end;
  }
}

function partName(headers: string): string {
  const disposition = /^content-disposition:\s*form-data\s*;(.*)$/im.exec(headers)?.[1] ?? "";
  const name = /(?:^|[;\s])name=(?:"((?:[^"\\]|\\.)*)"|([^\s;]+))/i.exec(disposition);
  const text = name?.[1]?.replaceAll(/\\(.)/g, "$1") ?? name?.[2];
  if (text === undefined) throw broken("a part has no name");
  return text;
}

function broken(reason: string): BodyRefused {
  return new BodyRefused(refusal(500, "fail", `The multipart form cannot be read: ${reason}`));
}
