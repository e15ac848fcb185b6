import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { rm, readdir } from "node:fs/promises";
import { join } from "node:path";
import { dedent } from "../../wdl/dedent.ts";
import { render } from "../../wdl/template.ts";
import type { Value } from "../../wdl/values.ts";
import type { AttemptFolder } from "./attempt-folder.ts";
import { attemptState } from "./claim.ts";
import type { AttemptState } from "./claim.ts";
import { evaluateDeclarations, scope } from "./declarations.ts";
import { folderIo } from "./io.ts";
import type { Job, PreparedJob } from "./job.ts";
import { localise, localised, planLocalisation } from "./localise.ts";
import { endSession } from "./processes.ts";
import { runtimeAttributes } from "./runtime-attributes.ts";
import type { RuntimeAttributes } from "./runtime-attributes.ts";
import { scriptText } from "./script.ts";
import type { TaskDeps } from "./task-deps.ts";

/** An attempt whose command is rendered. */
export interface Prepared {
  readonly shown: PreparedJob;
  readonly attributes: RuntimeAttributes;
  /** The value of an input or private declaration, with the local paths of files. */
  readonly lookup: (name: string) => Value | undefined;
}

/** Makes the attempt's folder if need be, and tells how far an earlier life of the engine brought it. */
export function openAttempt(folder: AttemptFolder): AttemptState {
  const first = mkdirSync(folder.temporary, { recursive: true });
  // The first folder that had to be made is above (or is) the execution folder: nobody was here before.
  if (first !== undefined && folder.execution.startsWith(first)) return { kind: "unclaimed" };
  return attemptState(folder);
}

/** Evaluates everything that the command needs, brings its input files (to a `new` attempt) and renders it. */
export async function prepare(job: Job, folder: AttemptFolder, stage: PreparedJob["stage"]): Promise<Prepared> {
  const io = folderIo(folder.execution);
  const declared = await evaluateDeclarations(job, io);
  const attributes = await runtimeAttributes(
    job,
    scope(job, io, (name) => declared.all.get(name)),
  );
  const places = planLocalisation(declared.all.values(), folder);
  const lookup = (name: string): Value | undefined => {
    const value = declared.all.get(name);
    return value && localised(value, places);
  };
  // A finished attempt needs no files any more, and a running one has them.
  if (stage === "new") await localise(places);
  const commandLine = await render(dedent(job.task.command).template, scope(job, io, lookup));
  const { cpu, memoryBytes, maxRetries, shown: runtime, notes } = attributes;
  const { stdout, stderr } = folder;
  const { inputs } = declared;
  const shown = {
    commandLine,
    inputs,
    runtimeAttributes: runtime,
    stdout,
    stderr,
    cpu,
    memoryBytes,
    maxRetries,
    notes,
  };
  return { shown: { ...shown, stage }, attributes, lookup };
}

/** Writes the attempt's script. A process that reads an earlier one keeps reading that. */
export function writeScript(folder: AttemptFolder, job: Job, commandLine: string, token: string): void {
  const draft = `${folder.script}.draft`;
  writeFileSync(draft, scriptText(folder, commandLine, job.environment, token));
  renameSync(draft, folder.script);
}

/**
 * Makes the folder of an attempt whose process is gone fit for the next process.
 *
 * What the dead process left running is ended first. The claim stays, so that nobody starts meanwhile.
 */
export async function clearAttempt(deps: TaskDeps, folder: AttemptFolder, state: AttemptState): Promise<void> {
  if (state.kind === "gone" && state.process) await endSession(state.process.pid, deps.killGraceMs, folder.execution);
  for (const name of await readdir(folder.execution)) {
    if (name !== "pid") await rm(join(folder.execution, name), { recursive: true, force: true });
  }
  mkdirSync(folder.temporary, { recursive: true });
}
