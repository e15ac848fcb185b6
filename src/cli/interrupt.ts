/** Ctrl-C as a signal, for commands that have something to say or to tidy up before they end. */
export interface Interrupt extends Disposable {
  readonly signal: AbortSignal;
}

/** Takes Ctrl-C over until it is disposed of; a second Ctrl-C ends the process at once. */
export function takeInterrupt(): Interrupt {
  const controller = new AbortController();
  const stop = () => controller.abort();
  process.once("SIGINT", stop);
  return { signal: controller.signal, [Symbol.dispose]: () => void process.off("SIGINT", stop) };
}

/** Waits, and at once no longer when the signal comes. */
export async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener("abort", done);
  });
}
