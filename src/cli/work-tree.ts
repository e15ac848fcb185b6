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

/** Listings of the largest repositories have some tens of MB; the files of one source have 256 MiB at most. */
const MAX_OUTPUT_BYTES = 512 * 1024 * 1024;

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

/** A file of a commit, below the folder that was asked for. */
export interface CommittedFile {
  readonly path: string;
  readonly object: string;
  readonly sizeBytes: number;
  readonly isLink: boolean;
}

/**
 * What a folder holds at a branch, tag or commit, whatever lies in it now. Submodules are left out: their files are in
 * other repositories.
 *
 * @throws {CliError} where the folder is in no work tree, or has no such commit.
 */
export async function committedFiles(
  folder: string,
  ref: string,
): Promise<{ readonly commit: string; readonly files: readonly CommittedFile[] }> {
  if (!belongsToWorkTree(folder)) throw usage(`--ref ${ref}: ${folder} is in no Git work tree.`);
  const named = ["rev-parse", "--verify", "--quiet", "--end-of-options", `${ref}^{commit}`];
  const commit = (await git(folder, named).catch(() => "")).trim();
  if (commit === "") throw usage(`${folder} has no branch, tag or commit ${ref}.`);
  const listed = await git(folder, ["ls-tree", "-r", "-z", "-l", commit]);
  const files = listed.split("\0").flatMap((entry): CommittedFile[] => {
    const [, mode, object = "", size = "", path = ""] = /^(\d+) blob (\w+) +(\d+)\t(.*)$/s.exec(entry) ?? [];
    return mode === undefined ? [] : [{ path, object, sizeBytes: Number(size), isLink: mode === "120000" }];
  });
  return { commit, files };
}

/** The contents of Git's objects, in their order. */
export async function readObjects(folder: string, objects: readonly string[]): Promise<Uint8Array[]> {
  const bytes = await gitBytes(folder, ["cat-file", "--batch"], objects.map((object) => `${object}\n`).join(""));
  let at = 0;
  return objects.map((object) => {
    // Each is a line `<object> blob <size>`, its bytes, and a line end.
    const start = bytes.indexOf(10, at) + 1;
    const size = Number(bytes.toString("utf8", at, start).split(" ")[2]);
    if (!Number.isSafeInteger(size)) throw usage(`Git cannot read its object ${object}.`);
    at = start + size + 1;
    return bytes.subarray(start, start + size);
  });
}

function belongsToWorkTree(folder: string): boolean {
  for (let at = folder; ; at = dirname(at)) {
    if (existsSync(join(at, ".git"))) return true;
    if (at === dirname(at)) return false;
  }
}

async function git(folder: string, args: readonly string[]): Promise<string> {
  return (await gitBytes(folder, args)).toString("utf8");
}

function gitBytes(folder: string, args: readonly string[], input = ""): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    // A repository may name a program as its file system monitor; nothing of it is to be run.
    const all = ["-C", folder, "-c", "core.fsmonitor=false", ...args];
    const child = execFile("git", all, { maxBuffer: MAX_OUTPUT_BYTES, encoding: "buffer" }, (error, stdout, stderr) => {
      if (!error) return resolve(stdout);
      const why = error.code === "ENOENT" ? "git is not installed" : stderr.toString("utf8").trim() || error.message;
      reject(usage(`${folder} belongs to a Git work tree, and Git cannot read it: ${why}`, undefined, error));
    });
    child.stdin?.on("error", () => {});
    child.stdin?.end(input);
  });
}
