import type { SourceRequest } from "#src/model/submission.ts";
import { type SourceLimits, sizeText } from "./limits.ts";
import { refusal } from "#src/model/refusal.ts";
import type { FetchedSource } from "./sources.ts";
import { memoryTree } from "./tree.ts";
import { readZip } from "./zip.ts";

/** Cromwell's parts: the main document, and beside it the files of the dependencies zip. */
export async function openInline(
  source: SourceRequest & { kind: "inline" },
  limits: SourceLimits,
): Promise<FetchedSource> {
  const text = new TextEncoder().encode(source.workflowSource);
  if (text.byteLength > limits.documentBytes) {
    throw refusal(`The workflow source is larger than the limit of ${sizeText(limits.documentBytes)}.`);
  }
  const files = source.dependencies
    ? await readZip(source.dependencies, limits, "The dependencies zip")
    : new Map<string, Uint8Array>();
  const main = freeName(files);
  files.set(main, text);
  return { tree: memoryTree(files), commit: null, main, inputs: {}, options: {}, labels: {} };
}

/** A name for the main document, which arrives without one, that no dependency has. */
function freeName(files: ReadonlyMap<string, Uint8Array>): string {
  let name = "main.wdl";
  while (files.has(name) || [...files.keys()].some((path) => path.startsWith(`${name}/`))) name = `_${name}`;
  return name;
}
