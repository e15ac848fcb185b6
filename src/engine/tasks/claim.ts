import { closeSync, constants, openSync, readSync, renameSync, writeSync } from "node:fs";
import type { AttemptFolder } from "./attempt-folder.ts";
import { bootId, findByScript, isAlive } from "./processes.ts";
import type { ProcessIdentity } from "./processes.ts";

/**
 * How far an attempt has come, as its folder tells.
 *
 * The protocol, in which no crash of the engine at any point leads to two processes that do the work:
 *
 * 1. The script's first statement creates `pid` exclusively and writes there who it is. Where the file exists it leaves.
 * 2. Its last statements write `rc.tmp`; the engine renames that to `rc` once the script has said that it is done, or is
 *    gone.
 * 3. Only the engine removes `pid`, and only when it has seen first that the process named there is gone and after that
 *    that it left no return code. It removes it last, when the folder is ready for the next process.
 *
 * So a process that an earlier life of the engine had asked for, and that starts late, either finds `pid` and leaves, or
 * does the work itself; then the process asked for in this life finds `pid` and leaves.
 */
export type AttemptState =
  /** Nobody has claimed it. */
  | { readonly kind: "unclaimed" }
  | { readonly kind: "running"; readonly process: ProcessIdentity }
  | { readonly kind: "finished"; readonly returnCode: number }
  /** The claimant is gone without a return code. `process` is missing where it had no time to write its name. */
  | { readonly kind: "gone"; readonly process?: ProcessIdentity };

/** Looks where the attempt stands. */
export function attemptState(folder: AttemptFolder): AttemptState {
  const finished = readReturnCode(folder.returnCode);
  if (finished !== undefined) return { kind: "finished", returnCode: finished };
  const claim = readIfThere(folder.claim);
  if (claim === undefined) return { kind: "unclaimed" };
  const claimant = parseClaim(claim) ?? findByScript(folder.script);
  if (claimant && isAlive(claimant)) return { kind: "running", process: claimant };
  // Read after the process was seen to be gone: what it has not written by then it never will.
  const returnCode = acceptReturnCode(folder);
  if (returnCode !== undefined) return { kind: "finished", returnCode };
  return claimant ? { kind: "gone", process: claimant } : { kind: "gone" };
}

/** The process that has claimed the attempt, alive or not; `undefined` where none has, or none of this boot. */
export function claimantOf(folder: AttemptFolder): ProcessIdentity | undefined {
  const claimant = parseClaim(readIfThere(folder.claim) ?? "");
  return claimant?.bootId === bootId() ? claimant : undefined;
}

/** Takes the return code that a script which is done (or gone) left behind, and makes it final. */
export function acceptReturnCode(folder: AttemptFolder): number | undefined {
  const returnCode = readReturnCode(folder.returnCodeDraft);
  if (returnCode === undefined) return readReturnCode(folder.returnCode);
  renameSync(folder.returnCodeDraft, folder.returnCode);
  return returnCode;
}

/**
 * Claims the attempt for the engine itself, so that no process can start it any more.
 *
 * `false`: somebody else was first.
 */
export function claimForEngine(folder: AttemptFolder): boolean {
  try {
    const file = openSync(folder.claim, "wx");
    writeSync(file, `0 0 ${bootId()}\n`);
    closeSync(file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

/** A line that ends is complete; a script killed while it writes, or a full disk, leaves less. */
function readReturnCode(path: string): number | undefined {
  const match = /^(-?\d+)\n$/.exec(readIfThere(path) ?? "");
  return match ? Number(match[1]) : undefined;
}

function parseClaim(text: string): ProcessIdentity | undefined {
  // A claim of the engine names process 0, which is nobody.
  const match = /^([1-9]\d*) (\d+) (\S+)\n$/.exec(text);
  if (!match) return undefined;
  return { pid: Number(match[1]), startTime: match[2] ?? "", bootId: match[3] ?? "" };
}

/** More than any of these files holds. The command may put anything in their place, so no more is read and no wait made. */
const MAX_BYTES = 200;

function readIfThere(path: string): string | undefined {
  let file: number | undefined;
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const buffer = Buffer.alloc(MAX_BYTES);
    return buffer.toString("latin1", 0, readSync(file, buffer));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}
