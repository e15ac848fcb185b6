import type { Log } from "../../log.ts";
import { createLauncher } from "./launcher.ts";
import type { Launcher } from "./launcher.ts";
import { createSweeper } from "./sweeper.ts";
import type { Sweeper } from "./sweeper.ts";

/** What running tasks needs beyond the job itself. One for all attempts of an engine. */
export interface TaskDeps {
  readonly launcher: Launcher;
  readonly sweeper: Sweeper;
  readonly log: Log;
  /** How long the processes of an aborted attempt have between SIGTERM and SIGKILL. */
  readonly killGraceMs: number;
}

/** Makes the dependencies; `close` ends what they hold, but no task. */
export function createTaskDeps(log: Log, killGraceMs = 5_000): TaskDeps & { close(): void } {
  const launcher = createLauncher();
  const sweeper = createSweeper(log, killGraceMs);
  return {
    launcher,
    sweeper,
    log,
    killGraceMs,
    close() {
      launcher.close();
      sweeper.close();
    },
  };
}
