import { closeSync, fstatSync, openSync, readSync, statfsSync } from "node:fs";
import { errorText } from "../../errors.ts";
import type { AttemptFolder } from "./attempt-folder.ts";
import type { Job } from "./job.ts";

/** How Cromwell names an attempt: `wf.task:SHARD:ATTEMPT`, with `NA` outside of a scatter. */
export function jobTag(job: Pick<Job, "callName" | "shard" | "attempt">): string {
  return `${job.callName}:${job.shard < 0 ? "NA" : job.shard}:${job.attempt}`;
}

/** The end of a standard error that a failure shows; Cromwell shows as much. */
const STDERR_BYTES = 3000;

/** Where the standard error is, and how it ends. */
export function stderrHint(folder: AttemptFolder): string {
  const hint = `Check the content of stderr for potential additional information: ${folder.stderr}.`;
  const { text, cut } = tail(folder.stderr, STDERR_BYTES);
  return text === "" ? hint : `${hint}\n ${cut ? `[Last ${STDERR_BYTES} bytes]:` : ""}${text}`;
}

function tail(path: string, maxBytes: number): { text: string; cut: boolean } {
  let file: number | undefined;
  try {
    file = openSync(path, "r");
    const stat = fstatSync(file);
    // Whatever the command put in the place of a file is not read: a pipe would never end.
    if (!stat.isFile()) return { text: "", cut: false };
    const buffer = Buffer.alloc(Math.min(stat.size, maxBytes));
    const length = readSync(file, buffer, 0, buffer.length, stat.size - buffer.length);
    return { text: buffer.toString("utf8", 0, length), cut: stat.size > maxBytes };
  } catch {
    return { text: "", cut: false };
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

const FULL = new Set(["ENOSPC", "EDQUOT"]);

/** What went wrong with a file in `place`, with the remedy where there is one. */
export function fileErrorText(error: unknown, place: string): string {
  const { code } = error as NodeJS.ErrnoException;
  return code !== undefined && FULL.has(code) ? fullDisk(place, code) : errorText(error);
}

function fullDisk(place: string, code: string): string {
  return `No space is left on the disk of ${place} (${code}). Free some there, then run the workflow again.`;
}

/** A sentence about a full disk, where the disk of the folder is full. */
export function fullDiskHint(folder: AttemptFolder): string {
  try {
    const disk = statfsSync(folder.execution);
    if (disk.bavail > 0 && (disk.ffree > 0 || disk.files === 0)) return "";
    return ` ${fullDisk(folder.execution, "ENOSPC")}`;
  } catch {
    return "";
  }
}
