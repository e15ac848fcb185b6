import type { Context } from "hono";

import { AweError } from "#src/errors.ts";

/** No request of AWE's or Cromwell's has more; Cromwell's own limit of a request line is 2 KiB. */
const LONGEST_PATH = 8_192;

/**
 * The decoded segments of a request's path.
 *
 * Each segment is decoded once and by itself, so an encoded slash stays inside its segment, where no name allows it.
 *
 * @throws {AweError} `not_found` for a path that is no well-formed text: nothing can be there.
 */
export function segmentsOf(c: Context, prefix: string): readonly string[] {
  const { pathname } = new URL(c.req.url);
  if (pathname.length > LONGEST_PATH) throw new AweError("not_found", "There is nothing at this address.");
  try {
    return pathname.slice(prefix.length).split("/").slice(1).map(decodeURIComponent);
  } catch {
    throw new AweError("not_found", "There is nothing at this address.");
  }
}
