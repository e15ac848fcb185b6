import { AweError } from "#src/errors.ts";
import { isTerminal, type Json, type Run } from "#src/model/run.ts";
import type { ByteRange, Objects, OpenBytes } from "#src/objects/objects.ts";
import { callsOfRun, outputsOfRun, type LookDeps } from "./look.ts";

/** What reading a run's bytes depends on. */
export interface BytesDeps extends LookDeps {
  readonly objects: Objects;
}

/** Which part of a file is wanted, once its size is known; `undefined` refuses. */
export type WantedRange = (sizeBytes: number) => ByteRange | undefined;

/**
 * Opens the log of a call, as the run's user.
 *
 * A call that has not written yet has an empty log; an unknown call is `not_found`.
 */
export async function openLog(
  deps: BytesDeps,
  run: Run,
  callKey: string,
  stream: "stdout" | "stderr",
  range: WantedRange,
): Promise<OpenBytes> {
  const calls = await callsOfRun(deps, run);
  const call = calls.find(({ key }) => key === callKey);
  if (!call) throw new AweError("not_found", `The run has no call ${callKey}.`);
  const path = call[stream];
  const opened = path === null ? undefined : await deps.objects.open(run.user, path, range);
  if (opened) return opened;
  if (!isTerminal(run.phase) || path === null) {
    if (!range(0)) throw new AweError("range_not_satisfiable", `The ${stream} of ${callKey} is empty so far.`);
    return { sizeBytes: 0, body: new Blob([]).stream() };
  }
  throw new AweError("not_found", `The ${stream} of ${callKey} is no longer there.`);
}

/**
 * Opens an output that is a file, as the run's user. `name` is the output's full name, with `.N` or `.member` for what
 * lies inside of an array, a map, a pair or a struct: `wf.parts.0`.
 */
export async function openOutput(
  deps: BytesDeps,
  run: Run,
  name: string,
  range: WantedRange,
): Promise<OpenBytes & { fileName: string }> {
  const value = valueAt((await outputsOfRun(deps, run)) ?? {}, name);
  if (typeof value !== "string") {
    const hint = value === undefined ? "has no such output" : "has an output of that name that is not a file";
    throw new AweError("not_found", `The run ${hint}: ${name}.`);
  }
  const opened = value.startsWith("/") ? await deps.objects.open(run.user, value, range) : undefined;
  if (!opened) throw new AweError("not_found", `The output ${name} is not a file that can be read.`);
  return { ...opened, fileName: value.slice(value.lastIndexOf("/") + 1) };
}

/** The longest key that fits is taken first, because outputs' names hold dots themselves. */
function valueAt(value: Json, path: string): Json | undefined {
  if (path === "") return value;
  if (value === null || typeof value !== "object") return undefined;
  const parts = path.split(".");
  for (let length = parts.length; length > 0; length--) {
    const key = parts.slice(0, length).join(".");
    if (!Object.hasOwn(value, key)) continue;
    const found = valueAt((value as Record<string, Json>)[key] ?? null, parts.slice(length).join("."));
    if (found !== undefined) return found;
  }
  return undefined;
}
