import type { Log } from "../../log.ts";
import { endSession, sessionMembers } from "./processes.ts";

/** Ends what tasks leave running in the background when their command has ended. */
export interface Sweeper {
  /** `folder`: given where the session is one of another life of the engine; see `endSession`. */
  add(session: number, folder?: string): void;
  close(): void;
}

/**
 * How long ended sessions are collected. A look at all processes of the machine takes 5 ms where there are 150 of them,
 * so it is made once for all tasks that ended within a second.
 */
const COLLECT_MS = 1000;

/** A sweeper that looks once for all sessions that ended within a second. */
export function createSweeper(log: Log, killGraceMs: number): Sweeper {
  const ended = new Map<number, string | undefined>();
  let timer: NodeJS.Timeout | undefined;

  const sweep = () => {
    timer = undefined;
    const sessions = new Map(ended);
    ended.clear();
    for (const [session, members] of sessionMembers(new Set(sessions.keys()))) {
      log.info("task.leftProcesses", { session, processes: members.length });
      endSession(session, killGraceMs, sessions.get(session)).then(
        (gone) => gone || log.warn("task.processesNotEnded", { session }),
        (error: unknown) => log.error("task.sweepFailed", { session, error: String(error) }),
      );
    }
  };

  return {
    add(session, folder) {
      ended.set(session, folder);
      timer ??= setTimeout(sweep, COLLECT_MS).unref();
    },
    close: () => clearTimeout(timer),
  };
}
