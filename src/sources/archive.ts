import type { SourceRequest } from "#src/model/submission.ts";
import type { SourceLimits } from "./limits.ts";
import { refusal } from "#src/model/refusal.ts";
import type { FetchedSource } from "./sources.ts";
import { memoryTree } from "./tree.ts";
import { readZip } from "./zip.ts";

/** A folder as the command line packs it. Its commit is what the caller says; nobody can check it. */
export async function openArchive(
  source: SourceRequest & { kind: "archive" },
  limits: SourceLimits,
): Promise<FetchedSource> {
  if (source.commit !== null && !/^([0-9a-f]{40}|[0-9a-f]{64})$/.test(source.commit)) {
    throw refusal("The commit that was sent with the archive is not a full commit id.", "Send all 40 hex digits.");
  }
  const files = await readZip(source.zip, limits, "The source archive");
  if (files.size === 0) throw refusal("The source archive is empty.", "Name a folder that holds a WDL file.");
  return { tree: memoryTree(files), commit: source.commit, main: null, inputs: {}, options: {}, labels: {} };
}
