import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

import { usage } from "./exit.ts";

/** What Git knows of a folder. */
export interface WorkTree {
  /** `null` before the first commit. */
  readonly commit: string | null;
  /** Whether the folder has changes or new files that the commit lacks. */
  readonly dirty: boolean;
  /** Tracked and new files, ignored ones left out, relative to the folder; submodules as their folders. */
  readonly files: readonly string[];
}

/** Listings of the largest repositories have some tens of MB. */
const MAX_OUTPUT_BYTES = 256 * 1024 * 1024;

/**
 * Asks Git about a folder; `undefined` where it belongs to no work tree.
 *
 * @throws {CliError} where it belongs to one that Git cannot read: to pack it all could send what Git is told to ignore.
 */
export async function workTreeOf(folder: string): Promise<WorkTree | undefined> {
  if (!belongsToWorkTree(folder)) return undefined;
  const listed = await git(folder, ["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
  const commit = await git(folder, ["rev-parse", "--verify", "HEAD"]).catch(() => "");
  const changes = await git(folder, ["status", "--porcelain", "--untracked-files=normal", "--", "."]);
  const id = commit.trim();
  return {
    // The server takes ids of SHA-1 repositories.
    commit: /^[0-9a-f]{40}$/.test(id) ? id : null,
    dirty: changes !== "",
    // A file in conflict is listed once for each side.
    files: [...new Set(listed.split("\0").filter((path) => path !== ""))],
  };
}

function belongsToWorkTree(folder: string): boolean {
  for (let at = folder; ; at = dirname(at)) {
    if (existsSync(join(at, ".git"))) return true;
    if (at === dirname(at)) return false;
  }
}

function git(folder: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    // A repository may name a program as its file system monitor; nothing of it is to be run.
    const all = ["-C", folder, "-c", "core.fsmonitor=false", ...args];
    execFile("git", all, { maxBuffer: MAX_OUTPUT_BYTES }, (error, stdout, stderr) => {
      if (!error) return resolve(stdout);
      const why = error.code === "ENOENT" ? "git is not installed" : stderr.trim() || error.message;
      reject(usage(`${folder} belongs to a Git work tree, and Git cannot read it: ${why}`, undefined, error));
    });
  });
}
