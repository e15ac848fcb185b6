import { setTimeout as delay } from "node:timers/promises";
import type { AttemptFolder } from "./attempt-folder.ts";
import { createBell } from "./bell.ts";
import { acceptReturnCode, attemptState, claimantOf, claimForEngine } from "./claim.ts";
import { endSession, exists } from "./processes.ts";
import type { TaskDeps } from "./task-deps.ts";

/** How a script ended. */
export type ScriptEnd =
  | { readonly kind: "finished"; readonly returnCode: number }
  /** It is gone and wrote no return code. */
  | { readonly kind: "vanished" }
  /** The machine did not start it, however often it was asked to. */
  | { readonly kind: "unstartable" }
  | Aborted;

interface Aborted {
  readonly kind: "aborted";
  readonly returnCode?: number;
}

/** One attempt's script, and whom to tell that it runs. */
export interface ScriptRun {
  readonly folder: AttemptFolder;
  /** Writes the script; the token is what it says when it is done. */
  write(token: string): void;
  started(pid: number): void;
}

/** How often a script is looked at that says nothing, since it was killed. The end of all others is heard at once. */
const SILENT_POLL_MS = 1000;

/** How often a script is looked at that has said that it ends, but has left no return code yet. */
const ENDING_POLL_MS = 10;

/** How often a script of an earlier life of the engine is looked at: nothing is heard of it. */
const FOREIGN_POLL_MS = 100;

/** A process that cannot be made now, for want of memory or of process ids, may be made later. */
const MAX_LAUNCHES = 3;
const RELAUNCH_MS = 1000;

/** Starts the script and waits for its end. If a process of an earlier life turns out to do the work, waits for that. */
export async function runScript(deps: TaskDeps, run: ScriptRun, abort: AbortSignal): Promise<ScriptEnd> {
  for (let launches = 0; launches < MAX_LAUNCHES; launches++) {
    if (abort.aborted) return await abortAttempt(deps, run.folder);
    const end = await launchAndWait(deps, run, abort);
    if (end) return end;
    await delay(RELAUNCH_MS, undefined, { signal: abort }).catch(() => {});
  }
  return { kind: "unstartable" };
}

async function launchAndWait(deps: TaskDeps, run: ScriptRun, abort: AbortSignal): Promise<ScriptEnd | undefined> {
  const { folder } = run;
  const bell = createBell(abort);
  const token = deps.launcher.token();
  let pid: number | undefined;
  let done = false;
  let lost = false;
  try {
    run.write(token);
    deps.launcher.launch(folder.script, token, {
      started(id) {
        pid = id;
        run.started(id);
      },
      done() {
        done = true;
        bell.ring();
      },
      lost() {
        lost = true;
        bell.ring();
      },
    });
    for (;;) {
      await bell.wait(done ? ENDING_POLL_MS : SILENT_POLL_MS);
      const returnCode = done ? acceptReturnCode(folder) : undefined;
      if (returnCode !== undefined) {
        if (pid !== undefined) deps.sweeper.add(pid);
        return { kind: "finished", returnCode };
      }
      if (abort.aborted) return await abortAttempt(deps, folder);
      // In this order: a process that is gone makes no claim after it was seen to be gone.
      const neverStarted = lost || (pid !== undefined && !exists(pid));
      const state = attemptState(folder);
      if (state.kind === "finished" || state.kind === "gone") {
        sweepLeft(deps, folder);
        return state.kind === "finished" ? state : { kind: "vanished" };
      }
      if (state.kind === "unclaimed" && neverStarted) return undefined;
    }
  } finally {
    deps.launcher.forget(token);
    bell.dispose();
  }
}

/** Ends what a script that ended unheard has left running. */
export function sweepLeft(deps: TaskDeps, folder: AttemptFolder): void {
  const claimant = claimantOf(folder);
  if (claimant) deps.sweeper.add(claimant.pid, folder.execution);
}

/** Waits for the end of a script that an earlier life of the engine started. */
export async function awaitScript(deps: TaskDeps, folder: AttemptFolder, abort: AbortSignal): Promise<ScriptEnd> {
  const bell = createBell(abort);
  try {
    for (;;) {
      if (abort.aborted) return await abortAttempt(deps, folder);
      const state = attemptState(folder);
      if (state.kind !== "running") {
        sweepLeft(deps, folder);
        return state.kind === "finished" ? state : { kind: "vanished" };
      }
      await bell.wait(FOREIGN_POLL_MS);
    }
  } finally {
    bell.dispose();
  }
}

/**
 * Ends whatever runs of an attempt, and sees to it that nothing of it starts any more. Resolves when all is gone.
 *
 * To abort what has ended, or never began, is no error.
 */
export async function abortAttempt(deps: TaskDeps, folder: AttemptFolder): Promise<Aborted> {
  if (!claimForEngine(folder)) {
    const state = attemptState(folder);
    const process = state.kind === "running" || state.kind === "gone" ? state.process : undefined;
    // A leader that runs proves that the session is the attempt's; without it the members have to.
    const proof = state.kind === "gone" ? folder.execution : undefined;
    if (process && !(await endSession(process.pid, deps.killGraceMs, proof))) {
      deps.log.warn("task.processesNotEnded", { session: process.pid });
    }
  }
  const state = attemptState(folder);
  return { kind: "aborted", ...(state.kind === "finished" ? { returnCode: state.returnCode } : {}) };
}
