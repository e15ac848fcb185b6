/**
 * Bounds how many attempts are being prepared or run, and lets all runs take turns.
 *
 * Without turns a run that comes after a scatter of thousands would wait for the whole of it.
 */
export class Turns {
  private readonly queues = new Map<string, (() => void)[]>();
  private free: number;

  constructor(limit: number) {
    this.free = limit;
  }

  /** Resolves when it is the run's turn. Every turn must be ended with `end`. */
  async take(runId: string): Promise<void> {
    if (this.free > 0) {
      this.free -= 1;
      return;
    }
    await new Promise<void>((resolve) => {
      const queue = this.queues.get(runId);
      if (queue) queue.push(resolve);
      else this.queues.set(runId, [resolve]);
    });
  }

  /** Ends a turn and wakes the next run in the round. */
  end(): void {
    const first = this.queues.entries().next();
    if (first.done) {
      this.free += 1;
      return;
    }
    const [runId, queue] = first.value;
    const wake = queue.shift();
    // Put at the end of the round: a Map iterates in the order of insertion.
    this.queues.delete(runId);
    if (queue.length > 0) this.queues.set(runId, queue);
    wake?.();
  }
}
