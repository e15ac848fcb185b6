import { randomUUID } from "node:crypto";
import { chmod, constants, link, mkdir, open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";

import { AweError } from "#src/errors.ts";

/** Makes the folder, and those above it that are missing, for AWE's own account alone (mode 700). */
export async function makePrivateFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 });
  await chmod(path, 0o700);
}

/** Writes a file of mode 600 in the place of whatever was there; a reader sees the old text or the new, whole. */
export async function writePrivateFile(path: string, text: string): Promise<void> {
  await withTemporary(path, text, (temporary) => rename(temporary, path));
}

/**
 * Writes a file of mode 600 unless there is one already; answers whether it did.
 *
 * Of several processes that do this at once exactly one succeeds, and none ever sees a part of the text: the name
 * appears by link(2), which fails where there is a file.
 */
export async function createPrivateFile(path: string, text: string): Promise<boolean> {
  return withTemporary(path, text, async (temporary) => {
    try {
      await link(temporary, path);
      return true;
    } catch (thrown) {
      if (errno(thrown) === "EEXIST") return false;
      throw thrown;
    }
  });
}

/**
 * The text of a private file; `undefined` if there is none.
 *
 * @throws {AweError} `invalid_request` if it is a link, no plain file, or if others may read or change it.
 */
export async function readPrivateFile(path: string): Promise<string | undefined> {
  let file;
  try {
    file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  } catch (thrown) {
    if (errno(thrown) === "ENOENT") return undefined;
    if (errno(thrown) === "ELOOP") throw refusal(path, "is a symbolic link", "put the file itself there", thrown);
    throw thrown;
  }
  try {
    const stat = await file.stat();
    if (!stat.isFile()) throw refusal(path, "is not a file", "move it away");
    const mode = stat.mode & 0o777;
    if ((mode & 0o077) !== 0) {
      const remedy = "remove it if others may have read it, else `chmod 600` it";
      throw refusal(path, `is open to other accounts (mode ${mode.toString(8)})`, remedy);
    }
    return await file.readFile("utf8");
  } finally {
    await file.close();
  }
}

/** Deletes a private file; one that is not there is no error. */
export async function removePrivateFile(path: string): Promise<void> {
  await rm(path, { force: true });
}

async function withTemporary<T>(path: string, text: string, publish: (temporary: string) => Promise<T>): Promise<T> {
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    const file = await open(temporary, "wx", 0o600);
    try {
      // The mode at creation is narrowed by the umask, which could take away AWE's own rights.
      await file.chmod(0o600);
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    const outcome = await publish(temporary);
    await syncFolder(dirname(path));
    return outcome;
  } finally {
    await rm(temporary, { force: true });
  }
}

/** A new name outlives a power cut only when its folder has been written as well. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, constants.O_RDONLY);
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function refusal(path: string, fault: string, remedy: string, cause?: unknown): AweError {
  return new AweError("invalid_request", `${path} ${fault}; ${remedy}`, { cause });
}

function errno(thrown: unknown): unknown {
  return thrown instanceof Error && "code" in thrown ? thrown.code : undefined;
}
