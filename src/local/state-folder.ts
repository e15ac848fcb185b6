import { createHash } from "node:crypto";
import { chmod, chown, mkdir, lstat, realpath, stat, symlink, unlink } from "node:fs/promises";
import { dirname, join } from "node:path";

import { AweError } from "#src/errors.ts";
import type { AccountOf } from "#src/model/account.ts";

/** Where AWE keeps what, on one machine. */
export interface StateFolder {
  /** Absolute, without links: keys, records, closures, logs; AWE's own account only. */
  readonly dataFolder: string;
  /** Absolute: a folder per user, which belongs to the user's account. */
  readonly usersFolder: string;
  /** What whoever starts AWE should know about the place, if anything. */
  readonly notice: string | null;
}

/** Linux takes 107 bytes for the path of a socket; `/<name>/engine.sock` has 43 at most. */
const LONGEST_PATH_BYTES = 64;

/** Where users' folders go when the state folder lies where no other account can reach it. */
const REACHABLE = "/var/lib/awe";

/**
 * Makes the state folder. Idempotent; several processes may do it at once.
 *
 * Users' engines run under other accounts (`otherAccounts`), which must be able to walk down to their folders. Below a
 * closed folder, such as root's home, they cannot: then the users' part goes to `/var/lib/awe`, and a link in the
 * state folder leads there.
 */
export async function openStateFolder(wanted: string, otherAccounts: boolean): Promise<StateFolder> {
  await mkdir(wanted, { recursive: true, mode: 0o700 });
  const dataFolder = await realpath(wanted);
  await chmod(dataFolder, otherAccounts ? 0o711 : 0o700);
  const closed = otherAccounts ? await closedAncestor(dataFolder) : undefined;
  if (closed === undefined) {
    const usersFolder = join(dataFolder, "users");
    if (Buffer.byteLength(usersFolder) > LONGEST_PATH_BYTES) {
      throw new AweError(
        "invalid_request",
        `${usersFolder} is too long a path for the sockets of engines: set AWE_DATA to a folder of at most ${LONGEST_PATH_BYTES - "/users".length} bytes`,
      );
    }
    await mkdir(usersFolder, { recursive: true });
    await chmod(usersFolder, otherAccounts ? 0o711 : 0o700);
    return { dataFolder, usersFolder, notice: null };
  }
  const name = createHash("sha256").update(dataFolder).digest("hex").slice(0, 12);
  const usersFolder = join(REACHABLE, name);
  for (const folder of [REACHABLE, usersFolder]) {
    await mkdir(folder, { recursive: true });
    await chmod(folder, 0o711);
  }
  await linkTo(usersFolder, join(dataFolder, "users"));
  const notice = `Users' accounts cannot reach ${closed}, so their folders are in ${usersFolder}; set AWE_DATA to a folder that they can reach to have all in one place.`;
  return { dataFolder, usersFolder, notice };
}

/** Puts the link in its place, also when another process does it at the same time. */
async function linkTo(usersFolder: string, link: string): Promise<void> {
  const there = await lstat(link).catch(() => undefined);
  if (there && !there.isSymbolicLink()) {
    throw new AweError(
      "invalid_request",
      `${link} holds users' folders that their accounts cannot reach any more: open the folders above it, or move it to ${usersFolder}`,
    );
  }
  if (there) await unlink(link).catch(() => {});
  await symlink(usersFolder, link).catch(() => {});
}

/** The highest folder on the way that other accounts may not walk through. */
async function closedAncestor(folder: string): Promise<string | undefined> {
  const above = dirname(folder);
  const higher = above === folder ? undefined : await closedAncestor(above);
  if (higher !== undefined) return higher;
  return ((await stat(folder)).mode & 0o001) === 0 ? folder : undefined;
}

/** Makes each user's own folder, once a process: mode 700, of the user's account. */
export function userFolders(usersFolder: string, accountOf: AccountOf): (userName: string) => Promise<string> {
  const made = new Map<string, Promise<string>>();
  const make = async (userName: string): Promise<string> => {
    const account = await accountOf(userName);
    const folder = join(usersFolder, userName);
    // The parent is ours alone, so nobody can put a link in the folder's place.
    await mkdir(folder, { recursive: true, mode: 0o700 });
    if (account) await chown(folder, account.uid, account.gid);
    await chmod(folder, 0o700);
    return folder;
  };
  return (userName) => {
    let folder = made.get(userName);
    if (!folder) {
      folder = make(userName);
      made.set(userName, folder);
      folder.catch(() => made.delete(userName));
    }
    return folder;
  };
}
