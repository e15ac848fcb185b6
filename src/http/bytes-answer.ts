import type { Context } from "hono";

import { AweError } from "#src/errors.ts";
import type { Log } from "#src/log.ts";
import type { ByteRange, OpenBytes } from "#src/objects/objects.ts";
import { errorResponse } from "./errors.ts";
import { parseRange, type RangeOf } from "./range.ts";

/**
 * Answers with the bytes of a log or output, whole or the part that `Range` asks for.
 *
 * The type is always `text/plain` or `application/octet-stream`, never what a task chose: a file made by a task must
 * not run as a page of ours.
 */
export async function bytesAnswer(
  { log }: { readonly log: Log },
  c: Context,
  type: "text" | "binary",
  open: (range: RangeOf) => Promise<OpenBytes & { readonly fileName?: string }>,
): Promise<Response> {
  // Ranges are GET's alone (RFC 9110, 14.2).
  const wanted = parseRange(c.req.method === "HEAD" ? undefined : c.req.header("range"));
  const seen: { range?: ByteRange; sizeBytes?: number } = {};
  const rangeOf: RangeOf = (sizeBytes) => {
    const range = wanted.of(sizeBytes);
    seen.sizeBytes = sizeBytes;
    if (range) seen.range = range;
    return range;
  };
  let opened: OpenBytes & { readonly fileName?: string };
  try {
    opened = await open(rangeOf);
  } catch (thrown) {
    if (!(thrown instanceof AweError) || thrown.code !== "range_not_satisfiable") throw thrown;
    const answer = errorResponse(thrown, log);
    answer.headers.set("content-range", `bytes */${seen.sizeBytes ?? 0}`);
    return answer;
  }
  const range = seen.range ?? { start: 0, end: opened.sizeBytes };
  const headers: Record<string, string> = {
    "content-type": type === "text" ? "text/plain; charset=utf-8" : "application/octet-stream",
    "content-length": String(range.end - range.start),
    "accept-ranges": "bytes",
  };
  if (opened.fileName !== undefined) {
    headers["content-disposition"] = `attachment; filename*=UTF-8''${encodeURIComponent(opened.fileName)}`;
  }
  if (wanted.partial) headers["content-range"] = `bytes ${range.start}-${range.end - 1}/${opened.sizeBytes}`;
  if (c.req.method === "HEAD") {
    await opened.body.cancel();
    return new Response(null, { status: 200, headers });
  }
  return new Response(opened.body, { status: wanted.partial ? 206 : 200, headers });
}
