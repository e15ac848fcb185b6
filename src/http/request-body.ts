import type { Readable } from "node:stream";
import type { Context } from "hono";

import { AweError } from "#src/errors.ts";

/** What Node's server hands over beside the request. */
interface NodeBindings {
  readonly incoming?: Readable;
}

/**
 * The bytes of a request, as they come. Whoever stops reading leaves the connection as it is, so that an answer can
 * still be sent.
 *
 * Read from Node's own stream where there is one: the web stream made of it ends the process when it is cancelled at a
 * bad moment (see `webStream`).
 *
 * @throws {AweError} `invalid_request` when the sender goes away.
 */
export async function* bodyOf(c: Context): AsyncGenerator<Uint8Array> {
  const { incoming } = (c.env ?? {}) as NodeBindings;
  const chunks = incoming?.iterator({ destroyOnReturn: false }) ?? c.req.raw.body ?? [];
  try {
    for await (const chunk of chunks as AsyncIterable<Uint8Array>) yield chunk;
  } catch (cause) {
    throw new AweError("invalid_request", "The request ended before all of its body had arrived.", { cause });
  }
}
