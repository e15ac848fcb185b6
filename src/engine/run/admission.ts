/** What the tasks of an engine may use at one time. */
export interface Machine {
  readonly cores: number;
  readonly memoryBytes: number;
}

interface Waiter {
  readonly cores: number;
  readonly memoryBytes: number;
  readonly resolve: (release: () => void) => void;
}

/**
 * Hands out cores and memory, first come, first served.
 *
 * Nobody overtakes: otherwise small tasks would keep a large one waiting for ever. Who asks for more than the machine
 * has gets all of it, and so runs alone.
 */
export class Admission {
  private readonly waiting: Waiter[] = [];
  private freeCores: number;
  private freeBytes: number;
  private readonly machine: Machine;

  constructor(machine: Machine) {
    this.machine = machine;
    this.freeCores = machine.cores;
    this.freeBytes = machine.memoryBytes;
  }

  /** Resolves when the task may start, with the function that gives back what it took. */
  async take(cores: number, memoryBytes: number, signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    return await new Promise((resolve, reject) => {
      const waiter: Waiter = {
        cores: Math.min(cores, this.machine.cores),
        memoryBytes: Math.min(memoryBytes, this.machine.memoryBytes),
        resolve: (release) => {
          signal.removeEventListener("abort", leave);
          resolve(release);
        },
      };
      const leave = (): void => {
        this.waiting.splice(this.waiting.indexOf(waiter), 1);
        reject(signal.reason as Error);
        this.serve();
      };
      signal.addEventListener("abort", leave, { once: true });
      this.waiting.push(waiter);
      this.serve();
    });
  }

  /**
   * Takes at once what a process of an earlier life of the engine uses already, and returns the function that gives it
   * back. There may be less than nothing left afterwards; then nobody else starts until enough has come back.
   */
  hold(cores: number, memoryBytes: number): () => void {
    return this.grant(Math.min(cores, this.machine.cores), Math.min(memoryBytes, this.machine.memoryBytes));
  }

  private serve(): void {
    for (let next = this.waiting[0]; next && this.fits(next); next = this.waiting[0]) {
      this.waiting.shift();
      next.resolve(this.grant(next.cores, next.memoryBytes));
    }
  }

  private grant(cores: number, memoryBytes: number): () => void {
    this.freeCores -= cores;
    this.freeBytes -= memoryBytes;
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      this.freeCores += cores;
      this.freeBytes += memoryBytes;
      this.serve();
    };
  }

  private fits({ cores, memoryBytes }: Waiter): boolean {
    return cores <= this.freeCores && memoryBytes <= this.freeBytes;
  }
}
