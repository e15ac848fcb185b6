import type { EngineAnswer, Engines } from "#src/engines/engines.ts";
import type { EngineAddress } from "#src/fleet/fleet.ts";

/** An engine's answer: whole, where it can be given to several, or a stream for one alone. */
export interface SharedAnswer extends Omit<EngineAnswer, "body"> {
  readonly body: Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array> | null;
}

/** Passes a reading call to an engine. */
export type SharedReads = (
  at: EngineAddress,
  path: string,
  headers: Readonly<Record<string, string>>,
) => Promise<SharedAnswer>;

/** More than this is not held in memory for those who may come: each asks for it and reads at a pace of its own. */
const MOST_SHARED_BYTES = 4 * 1024 * 1024;

/**
 * Makes the one passer of reading calls: who asks an engine for what is being asked of it already gets the same answer
 * (design: *never traded away* 6). The address names the engine and so its user; nothing is shared between users.
 */
export function sharedReads(engines: Pick<Engines, "proxy">): SharedReads {
  const underWay = new Map<string, Promise<SharedAnswer>>();
  const read: SharedReads = async (at, path, headers) => {
    const answer = await engines.proxy(at, { method: "GET", path, headers });
    return { ...answer, body: answer.body && (await wholeIfSmall(answer.body)) };
  };
  return async (at, path, headers) => {
    const name = JSON.stringify([at, path, headers]);
    const others = underWay.get(name);
    if (others) {
      const answer = await others;
      if (!(answer.body instanceof ReadableStream)) return answer;
    }
    const own = read(at, path, headers);
    underWay.set(name, own);
    try {
      return await own;
    } finally {
      if (underWay.get(name) === own) underWay.delete(name);
    }
  };
}

/** The bytes of a short body; of a long one a stream that begins with what was read of it. */
async function wholeIfSmall(body: ReadableStream<Uint8Array>): Promise<SharedAnswer["body"]> {
  const reader = body.getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return Buffer.concat(chunks);
    chunks.push(value);
    size += value.length;
    if (size > MOST_SHARED_BYTES) return continued(chunks, reader);
  }
}

function continued(
  chunks: readonly Uint8Array[],
  reader: ReadableStreamDefaultReader<Uint8Array>,
): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>(
    {
      start: (controller) => chunks.forEach((chunk) => controller.enqueue(chunk)),
      async pull(controller) {
        const { done, value } = await reader.read();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
}
