import type { Context } from "hono";

import { AweError } from "#src/errors.ts";

/** No request of AWE's or Cromwell's has more; Cromwell's own limit of a request line is 2 KiB. */
const LONGEST_PATH = 8_192;

/**
 * The decoded segments of a request's path below the prefix that AWE is mounted at.
 *
 * Each segment is decoded once and by itself, so an encoded slash stays inside its segment, where no name allows it.
 *
 * @throws {AweError} `not_found` for a path that is no well-formed text: nothing can be there.
 */
export function segmentsOf(c: Context): readonly string[] {
  // Hono has decoded it but for `%25` and what separates parts of an address; decoding again ends it.
  const { path } = c.req;
  if (path.length > LONGEST_PATH) throw new AweError("not_found", "There is nothing at this address.");
  try {
    return path.split("/").slice(1).map(decodeURIComponent);
  } catch {
    throw new AweError("not_found", "There is nothing at this address.");
  }
}
