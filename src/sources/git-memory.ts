import type { PromiseFsClient } from "isomorphic-git";

/** Called with each file before it is kept; a rejection keeps it out and fails the write. */
export type BeforeWrite = (path: string, bytes: Uint8Array) => Promise<void>;

/**
 * The file system that isomorphic-git works on: in memory, so that no name which a server sends becomes a path on a disk,
 * and nothing is left to clean up.
 */
export function memoryFiles(start: ReadonlyMap<string, Uint8Array>, beforeWrite: BeforeWrite): PromiseFsClient {
  const files = new Map(start);
  const isFolder = (path: string) => [...files.keys()].some((name) => name.startsWith(`${path}/`));

  const readFile = async (path: string, options?: { encoding?: string } | string): Promise<Uint8Array | string> => {
    const bytes = files.get(path) ?? missing(path);
    const encoding = typeof options === "string" ? options : options?.encoding;
    return encoding === "utf8"
      ? new TextDecoder().decode(bytes)
      : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  };
  const writeFile = async (path: string, content: Uint8Array | string): Promise<void> => {
    const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
    await beforeWrite(path, bytes);
    files.set(path, bytes);
  };
  const readdir = async (path: string): Promise<string[]> => {
    const names = [...files.keys()].filter((name) => name.startsWith(`${path}/`));
    if (names.length === 0) missing(path);
    return [...new Set(names.map((name) => name.slice(path.length + 1).split("/")[0] ?? ""))];
  };
  const stat = async (path: string) => {
    const bytes = files.get(path);
    if (!bytes && !isFolder(path)) missing(path);
    return {
      type: bytes ? "file" : "dir",
      mode: bytes ? 0o100644 : 0o040755,
      size: bytes?.byteLength ?? 0,
      ino: 0,
      mtimeMs: 0,
      ctimeMs: 0,
      uid: 0,
      gid: 0,
      dev: 0,
      isFile: () => bytes !== undefined,
      isDirectory: () => bytes === undefined,
      isSymbolicLink: () => false,
    };
  };
  const unlink = async (path: string): Promise<void> => {
    if (!files.delete(path)) missing(path);
  };
  const nothing = async (): Promise<void> => {};
  return {
    promises: {
      readFile,
      writeFile,
      unlink,
      readdir,
      mkdir: nothing,
      rmdir: nothing,
      stat,
      lstat: stat,
      readlink: async (path: string) => missing(path),
      symlink: async (_target: string, path: string) => missing(path),
      chmod: nothing,
    },
  };
}

function missing(path: string): never {
  throw Object.assign(new Error(`there is no ${path}`), { code: "ENOENT" });
}
