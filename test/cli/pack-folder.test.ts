import { truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";

import { PACK_LIMITS, packFolder } from "#src/cli/pack-folder.ts";
import { SOURCE_LIMITS } from "#src/sources/limits.ts";
import { temporaryFolder } from "./run-cli.ts";

test("keeps the server's limits", () => {
  expect(SOURCE_LIMITS).toMatchObject(PACK_LIMITS);
});

test("makes the same archive of the same folder", async () => {
  await using folder = await temporaryFolder();
  await writeFile(join(folder.path, "b.wdl"), "b");
  await writeFile(join(folder.path, "a.wdl"), "a");
  const first = await packFolder(folder.path);
  await writeFile(join(folder.path, "a.wdl"), "a");
  const second = await packFolder(folder.path);
  expect(Buffer.compare(first.zip, second.zip)).toBe(0);
  expect([...first.files.keys()]).toEqual(["a.wdl", "b.wdl"]);
});

test("names a file that is too large, and what to do with it", async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, "reads.bam");
  await writeFile(file, "");
  await truncate(file, PACK_LIMITS.fileBytes + 1);
  await expect(packFolder(folder.path)).rejects.toMatchObject({
    message: `${file} has 32 MiB; a source may hold files of 32 MiB.`,
    hint: expect.stringContaining(".gitignore"),
  });
});

test("refuses an empty folder", async () => {
  await using folder = await temporaryFolder();
  await expect(packFolder(folder.path)).rejects.toThrow("holds no files");
});
