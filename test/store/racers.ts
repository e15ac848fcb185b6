import { fork } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

import type { Task } from "./racer.ts";

/** Processes that all do something to one database at the same moment. */
export interface Racers {
  /** All of them have the database open. */
  ready(): Promise<void>;
  /** Gives all of them their task at once, and answers what each made of it. */
  race<T>(task: (racer: number) => Task): Promise<readonly T[]>;
  /** Kills a racer without a warning. */
  kill(racer: number): Promise<void>;
  /** What a racer says while it is at its task. */
  onReport(racer: number, listen: (report: unknown) => void): void;
  stop(): Promise<void>;
}

const PROGRAM = fileURLToPath(new URL("racer.ts", import.meta.url));

/** Starts `count` processes; end them with `stop`. */
export function startRacers(url: string, count: number): Racers {
  const processes = Array.from({ length: count }, () => fork(PROGRAM, [url], { execArgv: [] }));
  const opened = Promise.all(processes.map((racer) => message(racer)));
  // Whoever never asks must not be told by an unhandled rejection.
  opened.catch(() => undefined);
  return {
    async ready() {
      await opened;
    },
    async race<T>(task: (racer: number) => Task) {
      await opened;
      return Promise.all(
        processes.map((racer, index) => {
          racer.send(task(index));
          return message(racer) as Promise<T>;
        }),
      );
    },
    async kill(racer) {
      await end(processes[racer]);
    },
    onReport(racer, listen) {
      processes[racer]?.on("message", listen);
    },
    async stop() {
      await Promise.all(processes.map(end));
    },
  };
}

async function message(racer: ChildProcess): Promise<unknown> {
  const gone = new AbortController();
  try {
    return await Promise.race([
      once(racer, "message", { signal: gone.signal }).then(([value]: unknown[]) => value),
      once(racer, "exit", { signal: gone.signal }).then(([code]: unknown[]) => {
        throw new Error(`a racer ended with ${String(code)}; what it said stands above`);
      }),
    ]);
  } finally {
    gone.abort();
  }
}

async function end(racer: ChildProcess | undefined): Promise<void> {
  if (!racer || racer.exitCode !== null || racer.signalCode !== null) return;
  const ended = once(racer, "exit");
  racer.kill("SIGKILL");
  await ended;
}
