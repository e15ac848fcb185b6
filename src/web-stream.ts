import type { Readable } from "node:stream";

/**
 * A stream of Node's as one of the web's, read only as fast as its receiver reads.
 *
 * `Readable.toWeb` throws where nobody can catch it when its receiver cancels while data is on its way, which ends the
 * whole process: one client that hangs up at a bad moment is enough.
 */
export function webStream(source: Readable): ReadableStream<Uint8Array> {
  // A stream that is destroyed early may say so by an error, even when nobody reads any more.
  source.on("error", () => {});
  const chunks = source.iterator() as AsyncIterator<Uint8Array>;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done = false, value } = await chunks.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel() {
        source.destroy();
      },
    },
    { highWaterMark: 0 },
  );
}
