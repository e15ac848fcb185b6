import type { HonoRequest } from "hono";

import { errorText } from "../../errors.ts";
import { plain, refusal, unsupportedType } from "./answers.ts";

/** Cromwell's `max-content-length`, for a whole request as for each of its parts. */
const MAX_BODY_BYTES = 8 * 1024 * 1024;

/** A body that could not be had, as the answer to give. */
export class BodyRefused extends Error {
  readonly answer: Response;

  constructor(answer: Response) {
    super("the request's body was refused");
    this.answer = answer;
  }
}

/**
 * All bytes of a body, at most `MAX_BODY_BYTES`; reading stops there, so a larger one costs nothing.
 *
 * @throws {BodyRefused}
 */
export async function readBody(request: HonoRequest): Promise<Buffer> {
  const tooLarge = (): BodyRefused =>
    new BodyRefused(
      refusal(500, "fail", `Request too large: Request was longer than the maximum of ${MAX_BODY_BYTES}`),
    );
  if (Number(request.header("content-length") ?? 0) > MAX_BODY_BYTES) throw tooLarge();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of (request.raw.body ?? []) as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    if (size > MAX_BODY_BYTES) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/**
 * A JSON body.
 *
 * @throws {BodyRefused} as the HTTP layer below Cromwell does: 415, or 400 in plain text.
 */
export async function readJson(request: HonoRequest): Promise<unknown> {
  const type = request.header("content-type");
  const body = await readBody(request);
  if (body.length === 0) throw new BodyRefused(plain(400, "Request entity expected but not supplied"));
  if (!/^application\/json\s*(;|$)/i.test(type ?? "")) throw new BodyRefused(unsupportedType(type, "application/json"));
  try {
    return JSON.parse(body.toString("utf8"));
  } catch (thrown) {
    throw malformed(errorText(thrown));
  }
}

/** The body was read, but is not what this call takes. */
export function malformed(detail: string): BodyRefused {
  return new BodyRefused(plain(400, `The request content was malformed:\n${detail}`));
}
