import * as git from "isomorphic-git";
import type { PromiseFsClient } from "isomorphic-git";
import { type SourceLimits, sizeText } from "./limits.ts";
import { refusal } from "#src/model/refusal.ts";
import type { SourceTree } from "./sources.ts";
import { pathFault, showPath } from "./tree.ts";

/** One fetched repository, as isomorphic-git reads it. */
export interface Repository {
  readonly fs: PromiseFsClient;
  readonly gitdir: string;
  /** isomorphic-git's own memory of the pack's index. */
  readonly cache: object;
}

const LFS_POINTER = "version https://git-lfs.github.com/spec/";

/**
 * The files of a commit. Blobs only: links and submodules are not listed, and to read one, or through one, is an error that
 * says so.
 */
export async function commitTree(repository: Repository, commit: string, limits: SourceLimits): Promise<SourceTree> {
  const blobs = new Map<string, string>();
  const unreadable = new Map<string, string>();
  // Folders count as well: trees that hold one another many times over have few objects and endless paths.
  let entries = 0;

  const walk = async (oid: string, prefix: string, depth: number): Promise<void> => {
    if (depth > limits.pathDepth) {
      throw refusal(`The repository holds folders deeper than ${limits.pathDepth}, at ${showPath(prefix)}.`);
    }
    const { tree } = await git.readTree({ ...repository, oid });
    for (const entry of tree) {
      if (++entries > limits.files) {
        throw refusal(`The repository holds more than ${limits.files} files.`, "Keep the workflow in a smaller one.");
      }
      const path = prefix + entry.path;
      const fault = entry.type === "tree" ? undefined : pathFault(path, limits);
      if (entry.type === "commit") unreadable.set(path, "is a submodule, whose files AWE does not fetch");
      else if (entry.mode === "120000") unreadable.set(path, "is a symbolic link, which AWE does not follow");
      else if (fault !== undefined) unreadable.set(path, `has a name that ${fault}`);
      else if (entry.type === "tree") await walk(entry.oid, `${path}/`, depth + 1);
      else blobs.set(path, entry.oid);
    }
  };
  await walk(commit, "", 1);

  const read = async (path: string): Promise<Uint8Array | undefined> => {
    for (const part of [path, ...parents(path)]) {
      const reason = unreadable.get(part);
      if (reason !== undefined) throw refusal(`${showPath(part)} ${reason}.`, "Commit the file itself.", path);
    }
    const oid = blobs.get(path);
    if (oid === undefined) return undefined;
    const { blob } = await git.readBlob({ ...repository, oid });
    if (blob.byteLength > limits.fileBytes) {
      throw refusal(
        `${showPath(path)} is larger than the limit of ${sizeText(limits.fileBytes)}.`,
        "Upload large inputs by themselves, or name them by an absolute path.",
        path,
      );
    }
    if (blob.byteLength < 1024 && new TextDecoder().decode(blob).startsWith(LFS_POINTER)) {
      throw refusal(
        `${showPath(path)} is kept in Git LFS, which AWE does not fetch.`,
        "Upload the file by itself.",
        path,
      );
    }
    return blob;
  };
  return { paths: [...blobs.keys()].sort(), read };
}

function parents(path: string): readonly string[] {
  const segments = path.split("/");
  return segments.slice(1).map((_, index) => segments.slice(0, index + 1).join("/"));
}
