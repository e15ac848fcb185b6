import { execFile } from "node:child_process";
import { mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

import { AweError } from "#src/errors.ts";
import type { Account, AccountOf } from "#src/model/account.ts";
import { createPrivateFile } from "#src/secrets/private-files.ts";

/** What the choice of accounts depends on. */
export interface AccountDeps {
  /** AWE's state folder. */
  readonly dataFolder: string;
  /** `account`: one per user where AWE may change accounts, else one user only. `none`: all under AWE's own. */
  readonly isolation: "account" | "none";
  /** The first numeric UID for users without an account of the system. */
  readonly uidBase: number;
  /** True when AWE was started as root. */
  readonly isRoot: boolean;
  /** True when engines listen where every account of the machine can reach them. */
  readonly hasOpenPort: boolean;
}

const run = promisify(execFile);

/** Accounts below are the system's own and never a user's. */
const FIRST_PERSONAL_UID = 1000;

/**
 * Which account each user has: the system's account of that name with a UID of at least 1000, else a numeric UID of
 * its own. Numbers are given out by creating a file named after the UID, so two processes never give the same one.
 */
export function accountsOf(deps: AccountDeps): AccountOf {
  const known = new Map<string, Promise<Account | null>>();
  const folder = join(deps.dataFolder, "uids");

  const find = async (userName: string): Promise<Account | null> => {
    if (deps.isolation === "none") return null;
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const whyOne = reasonForOne(deps);
    if (whyOne !== null && (await claim(join(folder, "own"), userName)) !== userName) {
      throw new AweError("forbidden", `this AWE serves one user only, who is not ${userName}: ${whyOne}`);
    }
    if (!deps.isRoot) return null;
    return (await systemAccount(userName)) ?? numericAccount(folder, deps.uidBase, userName);
  };

  return (userName) => {
    let account = known.get(userName);
    if (!account) {
      account = find(userName);
      known.set(userName, account);
      account.catch(() => known.delete(userName));
    }
    return account;
  };
}

/** Why no second user can be kept apart from the first; `null` where that can be done. */
function reasonForOne({ isRoot, hasOpenPort }: AccountDeps): string | null {
  if (!isRoot) {
    return "it may not change accounts; start it as root, or set AWE_ISOLATION=none to run everybody under one account";
  }
  if (hasOpenPort) {
    return "Cromwell listens on a port that every account of this machine can reach; unset CROMWELL_JAR, or set AWE_ISOLATION=none to accept that";
  }
  return null;
}

async function systemAccount(userName: string): Promise<Account | null> {
  try {
    const { stdout: uid } = await run("id", ["-u", "--", userName]);
    const { stdout: gid } = await run("id", ["-g", "--", userName]);
    return Number(uid) >= FIRST_PERSONAL_UID ? { uid: Number(uid), gid: Number(gid), name: userName } : null;
  } catch {
    return null;
  }
}

async function numericAccount(folder: string, uidBase: number, userName: string): Promise<Account> {
  const given = (await readdir(folder)).filter((name) => /^\d+$/.test(name)).map(Number);
  for (const uid of given.toSorted((a, b) => a - b)) {
    if ((await readFile(join(folder, String(uid)), "utf8")) === userName) return { uid, gid: uid, name: null };
  }
  for (let uid = Math.max(uidBase, ...given.map((taken) => taken + 1)); ; uid++) {
    // A directory's accounts may have any number; theirs is not ours to give.
    if (await isSomebodys(uid)) continue;
    if ((await claim(join(folder, String(uid)), userName)) === userName) return { uid, gid: uid, name: null };
  }
}

async function isSomebodys(uid: number): Promise<boolean> {
  return run("getent", ["passwd", String(uid)]).then(
    () => true,
    () => false,
  );
}

/** Writes `userName` into a file unless it exists; answers whom the file belongs to. */
async function claim(file: string, userName: string): Promise<string> {
  return (await createPrivateFile(file, userName)) ? userName : readFile(file, "utf8");
}
