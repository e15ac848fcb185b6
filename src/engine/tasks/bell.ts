/** Something to wait for, which may ring before anybody waits. */
export interface Bell {
  ring(): void;
  /** Resolves at the next ring, at once if it has rung since the last wait, and after `timeoutMs` anyway. */
  wait(timeoutMs: number): Promise<void>;
}

/** A bell that an aborted signal rings as well; `dispose` takes it off the signal. */
export function createBell(abort: AbortSignal): Bell & { dispose(): void } {
  let rung = abort.aborted;
  let wake: (() => void) | undefined;
  const ring = () => {
    rung = true;
    wake?.();
  };
  abort.addEventListener("abort", ring);
  return {
    ring,
    async wait(timeoutMs) {
      if (!rung) {
        const { promise, resolve } = Promise.withResolvers<void>();
        const timer = setTimeout(resolve, timeoutMs);
        wake = resolve;
        await promise;
        clearTimeout(timer);
        wake = undefined;
      }
      rung = false;
    },
    dispose: () => abort.removeEventListener("abort", ring),
  };
}
