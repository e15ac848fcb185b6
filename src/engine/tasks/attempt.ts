import { rmSync } from "node:fs";
import { errorText } from "../../errors.ts";
import { WdlError } from "../../wdl/coerce.ts";
import { attemptFolder } from "./attempt-folder.ts";
import type { AttemptFolder } from "./attempt-folder.ts";
import type { AttemptState } from "./claim.ts";
import { collect } from "./collect.ts";
import { fileErrorText } from "./failures.ts";
import { failure } from "./job.ts";
import type { AttemptHooks, AttemptResult, Failure, Job } from "./job.ts";
import { LocalisationError } from "./localise.ts";
import { clearAttempt, openAttempt, prepare, writeScript } from "./prepare.ts";
import type { Prepared } from "./prepare.ts";
import { abortAttempt, awaitScript, runScript, sweepLeft } from "./run-script.ts";
import type { ScriptEnd } from "./run-script.ts";
import type { TaskDeps } from "./task-deps.ts";

/**
 * Runs one attempt to its end.
 *
 * Called again with the same job after the engine was killed, it goes on where it was: a finished attempt is only
 * collected, a running process is waited for, a process that is gone is run again. Never two processes do the work: see
 * `claim.ts`. Only one engine at a time may call it for one folder.
 *
 * Whatever fails is an answer, not an exception: bad values, missing files, full disks. When `abort` fires, all
 * processes of the attempt are ended before the answer comes; what has ended by then is collected.
 */
export async function runAttempt(
  deps: TaskDeps,
  job: Job,
  hooks: AttemptHooks,
  abort: AbortSignal,
): Promise<AttemptResult> {
  const folder = attemptFolder(job);
  try {
    const state = openAttempt(folder);
    if (abort.aborted && state.kind !== "finished") return await abortAttempt(deps, folder);
    if (state.kind === "gone") await clearAttempt(deps, folder, state);
    const prepared = await prepareOrFail(job, folder, state);
    if ("message" in prepared) return await failed(deps, folder, prepared);
    const release = await admission(hooks, prepared, abort);
    if (!release) return await abortAttempt(deps, folder);
    const end = await reachEnd(deps, { job, folder, state, prepared, hooks }, abort).finally(release);
    return end.kind === "aborted" ? end : await collect(job, folder, prepared, end);
  } catch (error) {
    return await failed(deps, folder, failure(fileErrorText(error, folder.root)));
  }
}

/** A failure that is not the command's. Whatever of the attempt may still run is ended: nobody will look at it again. */
async function failed(deps: TaskDeps, folder: AttemptFolder, reason: Failure): Promise<AttemptResult> {
  await abortAttempt(deps, folder).catch((error: unknown) => {
    deps.log.warn("task.notEnded", { folder: folder.root, reason: errorText(error) });
  });
  return { kind: "failed", failure: reason, retryable: false };
}

async function prepareOrFail(job: Job, folder: AttemptFolder, state: AttemptState): Promise<Prepared | Failure> {
  try {
    return await prepare(job, folder, state.kind === "finished" || state.kind === "running" ? state.kind : "new");
  } catch (error) {
    if (error instanceof WdlError) {
      const message = `Call input and runtime attributes evaluation failed for ${job.callName}`;
      return failure(message, [failure(error.message)]);
    }
    if (error instanceof LocalisationError) return failure(error.message);
    throw error;
  }
}

/**
 * Waits for cores and memory. `undefined`: aborted or refused before they came; if they come later they are given back
 * at once. What runs already, or has ended, cannot be refused.
 */
async function admission(
  hooks: AttemptHooks,
  prepared: Prepared,
  abort: AbortSignal,
): Promise<(() => void) | undefined> {
  const admitted = hooks.admit(prepared.shown);
  const { promise: abortion, resolve } = Promise.withResolvers<undefined>();
  const onAbort = () => resolve(undefined);
  abort.addEventListener("abort", onAbort, { once: true });
  if (abort.aborted) onAbort();
  const refused = () => (prepared.shown.stage === "new" || abort.aborted ? undefined : () => {});
  const release = await Promise.race([admitted.catch(refused), abortion]);
  abort.removeEventListener("abort", onAbort);
  if (!release) {
    admitted.then(
      (late) => late(),
      () => {},
    );
  }
  return release;
}

/** All that is known of an attempt that has been admitted. */
interface Admitted {
  readonly job: Job;
  readonly folder: AttemptFolder;
  readonly state: AttemptState;
  readonly prepared: Prepared;
  readonly hooks: AttemptHooks;
}

async function reachEnd(deps: TaskDeps, attempt: Admitted, abort: AbortSignal): Promise<ScriptEnd> {
  const { job, folder, state, prepared, hooks } = attempt;
  if (state.kind === "finished") {
    sweepLeft(deps, folder);
    return state;
  }
  if (state.kind === "running") {
    hooks.started(String(state.process.pid));
    return awaitScript(deps, folder, abort);
  }
  let staleClaim = state.kind === "gone";
  return runScript(
    deps,
    {
      folder,
      write(token) {
        writeScript(folder, job, prepared.shown.commandLine, token);
        // The last step before the launch, and only once: a claim that is found later is that of a living process.
        if (staleClaim) rmSync(folder.claim);
        staleClaim = false;
      },
      started: (pid) => hooks.started(String(pid)),
    },
    abort,
  );
}
