import type { Context } from "hono";

import type { ByteRange, OpenBytes } from "#src/objects/objects.ts";
import { parseRange, type RangeOf } from "./range.ts";

/**
 * Answers with the bytes of a log or output, whole or the part that `Range` asks for.
 *
 * The type is always `text/plain` or `application/octet-stream`, never what a task chose: a file made by a task must
 * not run as a page of ours.
 */
export async function bytesAnswer(
  c: Context,
  type: "text" | "binary",
  open: (range: RangeOf) => Promise<OpenBytes & { fileName?: string }>,
): Promise<Response> {
  const wanted = parseRange(c.req.header("range"));
  const seen: { range?: ByteRange } = {};
  const opened = await open((sizeBytes) => {
    const range = wanted.of(sizeBytes);
    if (range) seen.range = range;
    return range;
  });
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
