import { posix } from "node:path";

import type { HandOver } from "#src/engines/engines.ts";
import type { Closure } from "#src/model/closure.ts";
import type { Json, Run } from "#src/model/run.ts";
import { parseDocument } from "#src/wdl/parse/document.ts";
import { packBundle } from "./bundle.ts";

/** Where a closure's files lie once they are staged. */
export interface StagedPlaces {
  /** Absolute folder of the closure's input files. */
  readonly inputFolder: string;
  /** Absolute path of an upload. */
  readonly uploadPath: (uploadId: string, name: string) => string;
}

/**
 * What an engine is given of a run: one document, a zip with all that it imports, and inputs with absolute paths.
 *
 * Cromwell does not know where the main document stood, so its relative imports are rewritten to paths from the zip's
 * root; every other document keeps its place and its imports.
 */
export async function handOverOf(run: Run, closure: Closure, places: StagedPlaces): Promise<HandOver> {
  const others = new Map([...closure.documents].filter(([path]) => path !== closure.main));
  return {
    runId: run.runId,
    workflowSource: rootedImports(closure.main, closure.documents.get(closure.main) ?? ""),
    dependencies:
      others.size === 0
        ? null
        : await packBundle(new Map([...others].map(([path, text]) => [path, Buffer.from(text)]))),
    inputs: mapStrings(closure.inputs, (text) => absolutePath(text, places)) as HandOver["inputs"],
    options: closure.options,
    labels: run.labels,
  };
}

/** The main document with each relative import written from the root of the source. Line numbers stay. */
function rootedImports(main: string, text: string): string {
  const folder = posix.dirname(main);
  const { document } = parseDocument(text, main);
  if (folder === "." || !document) return text;
  return document.imports
    .toSorted((a, b) => b.span.offset - a.span.offset)
    .reduce((rest, { uri, span }) => {
      if (/^[a-z]+:\/\//i.test(uri) || uri.startsWith("/")) return rest;
      const statement = rest.slice(span.offset, span.end).replace(uri, posix.normalize(posix.join(folder, uri)));
      return rest.slice(0, span.offset) + statement + rest.slice(span.end);
    }, text);
}

function absolutePath(text: string, places: StagedPlaces): string {
  const closureFile = /^awe-closure:(.+)$/.exec(text)?.[1];
  if (closureFile !== undefined) return posix.join(places.inputFolder, closureFile);
  const upload = /^awe-upload:([0-9a-f-]+)\/(.+)$/.exec(text);
  return upload ? places.uploadPath(upload[1] ?? "", upload[2] ?? "") : text;
}

function mapStrings(value: Json, change: (text: string) => string): Json {
  if (typeof value === "string") return change(value);
  if (Array.isArray(value)) return value.map((item) => mapStrings(item as Json, change));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mapStrings(item, change)]));
}
