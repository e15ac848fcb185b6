import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import type { Stats } from "node:fs";
import { readFile, rename, writeFile } from "node:fs/promises";
import { isAbsolute, join } from "node:path";
import { WdlError } from "../../wdl/coerce.ts";
import type { Io } from "../../wdl/evaluate.ts";
import { fileErrorText } from "./failures.ts";

/**
 * Files up to this size are read and written at once. A promise for each step costs ten times the CPU time of the step
 * itself (0.3 ms against 0.03 ms for 1 KB), which counts when ten thousand shards read their standard output.
 */
const AT_ONCE_BYTES = 256 * 1024;

/** File access of expressions that stand outside of task outputs. Relative paths are inside `folder`. */
export function folderIo(folder: string): Io {
  const only = (name: string) => (): never => {
    throw new WdlError(`${name}() works in the outputs of a task only`);
  };
  return {
    readText: (path, maxBytes) => readText(absolute(folder, path), maxBytes),
    sizeBytes: async (path) => statOf(absolute(folder, path)).size,
    writeText: (functionName, content) => writeText(folder, functionName, content),
    glob: only("glob"),
    stdout: only("stdout"),
    stderr: only("stderr"),
  };
}

/** File access of a task's outputs. */
export function outputIo(
  folder: { readonly execution: string; readonly stdout: string; readonly stderr: string },
  glob: (pattern: string) => readonly string[],
): Io {
  return {
    ...folderIo(folder.execution),
    glob: async (pattern) => glob(pattern),
    stdout: () => folder.stdout,
    stderr: () => folder.stderr,
  };
}

function absolute(folder: string, path: string): string {
  return isAbsolute(path) ? path : join(folder, path);
}

function statOf(path: string): Stats {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat) throw new WdlError(`File not found: ${path}`);
  return stat;
}

async function readText(path: string, maxBytes: number): Promise<string> {
  try {
    const stat = statOf(path);
    // A pipe or a device could keep the reader for ever.
    if (!stat.isFile()) throw new WdlError(`${path} is not a regular file, so it cannot be read`);
    if (stat.size > maxBytes) {
      throw new WdlError(`${path} has ${stat.size} bytes; at most ${maxBytes} can be read here`);
    }
    return stat.size <= AT_ONCE_BYTES ? readFileSync(path, "utf8") : await readFile(path, "utf8");
  } catch (error) {
    throw error instanceof WdlError ? error : new WdlError(`${path} cannot be read: ${fileErrorText(error, path)}`);
  }
}

/** The name is made of the content, so what is there already (before a restart) is right and stays. */
async function writeText(folder: string, functionName: string, content: string): Promise<string> {
  const name = `${functionName}_${createHash("md5").update(content).digest("hex")}.tmp`;
  const path = join(folder, name);
  const draft = `${path}.draft`;
  try {
    const bytes = Buffer.byteLength(content);
    if (statSync(path, { throwIfNoEntry: false })?.size === bytes) return path;
    mkdirSync(folder, { recursive: true });
    if (bytes <= AT_ONCE_BYTES) {
      writeFileSync(draft, content);
      renameSync(draft, path);
    } else {
      await writeFile(draft, content);
      await rename(draft, path);
    }
    return path;
  } catch (error) {
    throw new WdlError(`${path} cannot be written: ${fileErrorText(error, folder)}`);
  }
}
