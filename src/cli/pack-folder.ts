import { lstat, readdir, readFile, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { ZipFile } from "yazl";

import { usage } from "./exit.ts";
import { committedFiles, readObjects, workTreeOf } from "./work-tree.ts";

/** A folder as it is sent. */
export interface PackedFolder {
  readonly zip: Uint8Array<ArrayBuffer>;
  readonly name: string;
  /** Absent where the folder is in no Git work tree. */
  readonly commit: string | null;
  readonly dirty: boolean | null;
  /** What was packed, by its path in the archive. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** Symbolic links, which are left out. */
  readonly links: readonly string[];
}

/** Never packed: what Git, npm and AWE itself keep in a folder; the last holds keys. */
const LEFT_OUT: ReadonlySet<string> = new Set([".git", "node_modules", ".awe"]);

const MIB = 1024 * 1024;

/** What the server takes (docs/sources.md), so that too much is refused before it is sent. */
export const PACK_LIMITS = {
  files: 20_000,
  fileBytes: 32 * MIB,
  unpackedBytes: 256 * MIB,
  archiveBytes: 64 * MIB,
} as const;

/** The same for all files, so that the same folder gives the same archive. 1980 is the first year that zip knows. */
const TIME = new Date(1980, 0, 1);

const REMEDY =
  "Put what no run needs into .gitignore, and name large data in --inputs: such files are uploaded by themselves.";

/**
 * Packs a folder: with `ref` what it holds at that commit, else what Git would commit where it is a work tree, else
 * everything; never `.git` and `node_modules`, and no symbolic link.
 *
 * @throws {CliError} naming the file or number that is over a limit.
 */
export async function packFolder(folder: string, ref?: string): Promise<PackedFolder> {
  if (!(await stat(folder)).isDirectory())
    throw usage(`${folder} is not a folder.`, "A WDL file goes with --wdl FILE.");
  const content = new Content();
  const origin = ref === undefined ? await addPresent(content, folder) : await addCommitted(content, folder, ref);
  if (content.files.size === 0) throw usage(`${folder} holds no files that could be sent.`);
  return {
    zip: await zipOf(content.files),
    name: basename(folder).slice(0, 255) || "root",
    ...origin,
    files: content.files,
    links: content.links,
  };
}

type Origin = Pick<PackedFolder, "commit" | "dirty">;

async function addPresent(content: Content, folder: string): Promise<Origin> {
  const tree = await workTreeOf(folder);
  // A folder that Git ignores as a whole was named on purpose.
  if (tree && tree.files.length > 0) await content.addListed(folder, "", tree.files);
  else await content.addFolder(folder, "");
  return { commit: tree?.commit ?? null, dirty: tree?.dirty ?? null };
}

async function addCommitted(content: Content, folder: string, ref: string): Promise<Origin> {
  const { commit, files } = await committedFiles(folder, ref);
  content.links.push(...files.filter(({ isLink }) => isLink).map(({ path }) => path));
  const wanted = files.filter(({ path, isLink }) => !isLink && !isLeftOut(path));
  for (const { path, sizeBytes } of wanted) content.count(path, sizeBytes);
  const contents = await readObjects(
    folder,
    wanted.map(({ object }) => object),
  );
  for (const [index, { path }] of wanted.entries()) content.files.set(path, contents[index] ?? new Uint8Array());
  return { commit: /^[0-9a-f]{40}$/.test(commit) ? commit : null, dirty: false };
}

function isLeftOut(path: string): boolean {
  return path.split("/").some((part) => LEFT_OUT.has(part));
}

/** Collects files and counts them. */
class Content {
  readonly files = new Map<string, Uint8Array>();
  readonly links: string[] = [];
  #bytes = 0;
  #count = 0;

  async addListed(folder: string, prefix: string, paths: readonly string[]): Promise<void> {
    for (const path of paths.toSorted()) {
      if (!isLeftOut(path)) await this.#add(join(folder, path), prefix + path);
    }
  }

  async addFolder(folder: string, prefix: string): Promise<void> {
    const names = (await readdir(folder)).filter((name) => !LEFT_OUT.has(name)).sort();
    for (const name of names) await this.#add(join(folder, name), prefix + name);
  }

  async #add(file: string, name: string): Promise<void> {
    // Git lists files that were deleted and not committed.
    const found = await lstat(file).catch(() => undefined);
    if (found?.isSymbolicLink() === true) this.links.push(name);
    else if (found?.isFile() === true) await this.#addFile(file, name, found.size);
    else if (found?.isDirectory() === true) await this.#addNested(file, `${name.replace(/\/$/, "")}/`);
  }

  /** A folder in a plain folder, or a submodule, which has a list of its own. */
  async #addNested(folder: string, prefix: string): Promise<void> {
    const names = await readdir(folder);
    const tree = names.includes(".git") ? await workTreeOf(folder) : undefined;
    if (tree) await this.addListed(folder, prefix, tree.files);
    else await this.addFolder(folder, prefix);
  }

  async #addFile(file: string, name: string, size: number): Promise<void> {
    this.count(file, size);
    this.files.set(name, await readFile(file));
  }

  /** Counts a file before it is read. @throws {CliError} where it is, or makes the folder, too large. */
  count(file: string, size: number): void {
    if (size > PACK_LIMITS.fileBytes) {
      const fault = `${file} has ${sizeText(size)}; a source may hold files of ${sizeText(PACK_LIMITS.fileBytes)}.`;
      throw usage(fault, REMEDY);
    }
    this.#bytes += size;
    if (this.#bytes > PACK_LIMITS.unpackedBytes) {
      throw usage(`The folder holds more than ${sizeText(PACK_LIMITS.unpackedBytes)}.`, REMEDY);
    }
    if (++this.#count > PACK_LIMITS.files)
      throw usage(`The folder holds more than ${PACK_LIMITS.files} files.`, REMEDY);
  }
}

/** A zip of files by their paths. @throws {CliError} where it becomes larger than the server takes. */
export async function zipOf(files: ReadonlyMap<string, Uint8Array>): Promise<Uint8Array<ArrayBuffer>> {
  const zip = new ZipFile();
  for (const [name, content] of files) {
    zip.addBuffer(Buffer.from(content.buffer, content.byteOffset, content.byteLength), name, {
      mtime: TIME,
      mode: 0o100644,
    });
  }
  zip.end();
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of zip.outputStream as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > PACK_LIMITS.archiveBytes) {
      throw usage(`The packed folder has more than ${sizeText(PACK_LIMITS.archiveBytes)}.`, REMEDY);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** A size for people. */
export function sizeText(bytes: number): string {
  if (bytes >= MIB) return `${+(bytes / MIB).toFixed(1)} MiB`;
  return bytes >= 1024 ? `${+(bytes / 1024).toFixed(1)} KiB` : `${bytes} bytes`;
}
