import { closeSync, openSync } from "node:fs";

/** An account of the operating system; without a name it has no groups but its own. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
  readonly name?: string;
}

/** Node has it on every system with accounts; its type declarations do not. */
type WithInitgroups = typeof process & { initgroups(user: string, group: number): void };

/**
 * Turns the process into the account, for good.
 *
 * Where the account may not read this program (it may stand in a folder of root's), nothing can be loaded afterwards:
 * `loadRest` is called while it still can, and only then.
 */
export function become({ uid, gid, name }: Account, loadRest: () => void): void {
  const own = { uid: process.geteuid?.() ?? uid, gid: process.getegid?.() ?? gid };
  if (name === undefined) process.setgroups?.([gid]);
  else (process as WithInitgroups).initgroups(name, gid);
  process.setegid?.(gid);
  process.seteuid?.(uid);
  const readable = canRead(import.meta.filename);
  process.seteuid?.(own.uid);
  process.setegid?.(own.gid);
  if (!readable) loadRest();
  // Groups first, the user last: afterwards the right to change them is gone.
  process.setgid?.(gid);
  process.setuid?.(uid);
}

function canRead(file: string): boolean {
  try {
    closeSync(openSync(file, "r"));
    return true;
  } catch {
    return false;
  }
}
