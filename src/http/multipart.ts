import { AweError } from "#src/errors.ts";

const BLANK_LINE = Buffer.from("\r\n\r\n");

/** More than any honest form has. */
const MOST_PARTS = 200;

/**
 * The parts of a multipart form by name, as bytes; of parts with one name the last one counts, as in Cromwell.
 *
 * Files and plain fields are the same thing: clients send zips without a file name and booleans with one. The
 * platform's own parser makes text of parts without a file name, which breaks zips.
 *
 * @throws {AweError} `invalid_request` that says what is malformed.
 */
export function readParts(contentType: string, body: Uint8Array): ReadonlyMap<string, Uint8Array> {
  const found = /\bboundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))/i.exec(contentType);
  const boundary = found?.[1] ?? found?.[2];
  if (boundary === undefined) throw malformed("its content type names no boundary");
  const delimiter = Buffer.from(`\r\n--${boundary}`);
  // The first delimiter may stand at the very start, where no line end precedes it.
  const bytes = Buffer.concat([Buffer.from("\r\n"), body]);
  const parts = new Map<string, Uint8Array>();
  let at = bytes.indexOf(delimiter);
  if (at < 0) throw malformed("its boundary does not occur in it");
  for (let count = 0; ; count++) {
    const start = at + delimiter.length;
    if (bytes.subarray(start, start + 2).toString("latin1") === "--") return parts;
    if (count >= MOST_PARTS) throw malformed(`it has more than ${MOST_PARTS} parts`);
    at = bytes.indexOf(delimiter, start);
    const head = bytes.indexOf(BLANK_LINE, start);
    if (at < 0) throw malformed("it ends before its last boundary");
    if (head < 0 || head > at) throw malformed("a part has no headers");
    parts.set(partName(bytes.subarray(start, head).toString("utf8")), bytes.subarray(head + BLANK_LINE.length, at));
  }
}

/** Browsers write `"` in a name as `%22`, others as `\"`; no name of ours has either. */
function partName(headers: string): string {
  const disposition = /^content-disposition:\s*form-data\s*;(.*)$/im.exec(headers)?.[1] ?? "";
  const name = /(?:^|[;\s])name=(?:"([^"]*)"|([^\s;"]+))/i.exec(disposition);
  const text = name?.[1] ?? name?.[2] ?? "";
  if (text === "") throw malformed("a part has no name");
  return text;
}

function malformed(reason: string): AweError {
  return new AweError("invalid_request", `The form data is malformed: ${reason}.`);
}
