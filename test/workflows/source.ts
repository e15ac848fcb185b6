import type { JsonObject } from "#src/model/run.ts";
import type { FetchedSource } from "#src/sources/sources.ts";
import { memoryTree } from "#src/sources/tree.ts";
import { freeze, type FreezeRequest, type Frozen } from "#src/workflows/freeze.ts";

/** A fetched source made of texts. */
export function aSource(files: Readonly<Record<string, string>>, more: Partial<FetchedSource> = {}): FetchedSource {
  const bytes = Object.entries(files).map(([path, text]): [string, Uint8Array] => [
    path,
    new TextEncoder().encode(text),
  ]);
  return { tree: memoryTree(new Map(bytes)), commit: null, main: null, inputs: {}, options: {}, labels: {}, ...more };
}

/** What `frozen` takes besides the source. */
export interface FreezeChoices extends Partial<FreezeRequest> {
  /** Documents on the web, by address. */
  readonly web?: Readonly<Record<string, string>>;
  readonly checkAbsolute?: (path: string) => string | undefined;
}

/** Freezes a source as a Git source would be, unless told otherwise. */
export function frozen(source: FetchedSource, choices: FreezeChoices = {}): Promise<Frozen> {
  const { web = {}, checkAbsolute = () => undefined, ...request } = choices;
  const sources = { fetchDocument: async (address: string) => web[address] };
  return freeze({ sources, checkAbsolute }, source, {
    kind: "git",
    path: null,
    inputs: null,
    options: null,
    ...request,
  });
}

/** A workflow `w` that takes the given declarations and nothing else. */
export function workflowWith(declarations: string, before = ""): string {
  return `version 1.0\n${before}\nworkflow w {\n  input {\n    ${declarations}\n  }\n}\n`;
}

/** Inputs as JSON text. */
export function json(value: JsonObject): string {
  return JSON.stringify(value);
}
