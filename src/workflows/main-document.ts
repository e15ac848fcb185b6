import { AweError } from "#src/errors.ts";
import { refusal } from "#src/model/refusal.ts";
import { decodeText, isObject, parseObject, parseYaml } from "#src/model/source-text.ts";
import type { SourceTree } from "#src/sources/sources.ts";
import { LOAD_LIMITS } from "#src/wdl/load.ts";
import { parseDocument } from "#src/wdl/parse/document.ts";

/** Where a source begins. All paths are inside the source. */
export interface MainDocument {
  readonly main: string;
  /** Inputs files that a manifest names, in the order in which they are merged; later ones win. */
  readonly inputs: readonly string[];
  readonly options: string | null;
  /** Whether a manifest of the source has told all this, so that nothing is guessed. */
  readonly told: boolean;
}

/** Documents parsed in the search for the one with a workflow; more candidates than this are listed instead. */
const MAX_PARSED = 200;

/**
 * Finds the main document: the WDL file that `path` names; else, in the folder `path` (the root for `null`), the one that
 * `.dockstore.yml` names, the one that `MANIFEST.json` names, or the only one with a workflow, there or else below.
 *
 * @throws {AweError} `invalid_source` that lists the candidates where none or several would do.
 */
export async function findMain(tree: SourceTree, path: string | null): Promise<MainDocument> {
  const start = cleanPath(path);
  if (start.endsWith(".wdl")) {
    if ((await tree.read(start)) !== undefined) return told(start);
    throw refusal(`The source has no file ${start}.`, candidatesHint(near(tree, start)));
  }
  const folder = start === "" ? "" : `${start}/`;
  if (!tree.paths.some((path) => path.startsWith(folder))) {
    if (start !== "") await tree.read(start);
    throw start === ""
      ? refusal("The source is empty.", "Put a WDL file into it.")
      : refusal(`The source has no folder ${start}.`, "Give a folder or a WDL file of the source as path.");
  }
  return (
    (await fromDockstore(tree, folder)) ?? (await fromManifest(tree, folder)) ?? (await onlyWorkflow(tree, folder))
  );
}

function told(main: string, inputs: readonly string[] = [], options: string | null = null): MainDocument {
  return { main, inputs, options, told: inputs.length > 0 || options !== null };
}

function cleanPath(path: string | null): string {
  const parts = (path ?? "").split("/").filter((part) => part !== "" && part !== ".");
  if (parts.includes("..") || /[\\\p{Cc}]/u.test(path ?? "")) {
    throw refusal("The path leads out of the source.", "Give a folder or a WDL file of the source as path.");
  }
  return parts.join("/");
}

/**
 * Dockstore's own description, at the root of a repository. Of several test parameter files the first counts: they are
 * alternatives. Layout: https://docs.dockstore.org/en/stable/assets/templates/template.html
 */
async function fromDockstore(tree: SourceTree, folder: string): Promise<MainDocument | undefined> {
  const file = [`${folder}.dockstore.yml`, ".dockstore.yml", ".github/.dockstore.yml"].find((file) =>
    tree.paths.includes(file),
  );
  if (file === undefined) return undefined;
  const base = file === `${folder}.dockstore.yml` ? folder : "";
  const entries = (await readDockstore(tree, file))
    .filter(({ subclass }) => typeof subclass === "string" && subclass.toUpperCase() === "WDL")
    .map((entry) => ({ main: inside(entry["primaryDescriptorPath"], base), tests: entry["testParameterFiles"] }))
    .filter(({ main }) => main?.startsWith(folder));
  const [first, second] = entries;
  if (!first?.main) return undefined;
  if (second) {
    const mains = entries.flatMap(({ main }) => main ?? []);
    throw refusal(`${file} names ${entries.length} WDL workflows.`, candidatesHint(mains), file);
  }
  await needed(tree, first.main, file);
  const tests = Array.isArray(first.tests) ? first.tests.map((test) => inside(test, base)) : [];
  const inputs = tests.find((test) => test !== undefined && /\.(json|ya?ml)$/i.test(test));
  if (inputs !== undefined) await needed(tree, inputs, file);
  return told(first.main, inputs === undefined ? [] : [inputs]);
}

async function readDockstore(tree: SourceTree, file: string): Promise<readonly Record<string, unknown>[]> {
  const value = parseYaml(decodeText((await tree.read(file)) ?? new Uint8Array(), file), file);
  const workflows = isObject(value) ? value["workflows"] : undefined;
  return Array.isArray(workflows) ? workflows.filter(isObject) : [];
}

/**
 * The manifest of the Amazon Genomics CLI: `mainWorkflowURL`, `inputFileURLs`, `optionsFileURL` (also seen as
 * `optionFileURL`), relative to the manifest. https://aws.github.io/amazon-genomics-cli/docs/concepts/workflows/
 */
async function fromManifest(tree: SourceTree, folder: string): Promise<MainDocument | undefined> {
  const file = `${folder}MANIFEST.json`;
  const bytes = tree.paths.includes(file) ? await tree.read(file) : undefined;
  if (!bytes) return undefined;
  const manifest = parseObject(decodeText(bytes, file), file);
  const path = (key: string, value: unknown): string => {
    const found = inside(value, folder);
    if (found !== undefined) return found;
    throw refusal(`${file} gives ${key} something that is no file of the source.`, "Name a file beside it.", file);
  };
  const main = path("mainWorkflowURL", manifest["mainWorkflowURL"]);
  const named = manifest["inputFileURLs"] ?? [];
  const inputs = (Array.isArray(named) ? named : [named]).map((value) => path("inputFileURLs", value));
  const optionsValue = manifest["optionsFileURL"] ?? manifest["optionFileURL"];
  const options = optionsValue === undefined ? null : path("optionsFileURL", optionsValue);
  for (const needs of [main, ...inputs, ...(options === null ? [] : [options])]) await needed(tree, needs, file);
  return told(main, inputs, options);
}

/** A path in a manifest, relative to its folder; a leading slash or `file:///` means that folder too. */
function inside(value: unknown, folder: string): string | undefined {
  if (typeof value !== "string") return undefined;
  const path = value.replace(/^file:\/\//, "");
  if (path === "" || /^[a-z][a-z0-9+.-]*:/i.test(path) || path.includes("\\")) return undefined;
  const parts: string[] = folder.split("/").filter(Boolean);
  for (const part of path.split("/").filter((part) => part !== "" && part !== ".")) {
    if (part !== "..") parts.push(part);
    else if (parts.pop() === undefined) return undefined;
  }
  return parts.join("/");
}

async function needed(tree: SourceTree, path: string, by: string): Promise<void> {
  if ((await tree.read(path)) !== undefined) return;
  throw refusal(`${by} names ${path}, which the source does not have.`, `Correct ${by}, or give path a WDL file.`, by);
}

async function onlyWorkflow(tree: SourceTree, folder: string): Promise<MainDocument> {
  const below = tree.paths.filter((path) => path.startsWith(folder) && path.endsWith(".wdl"));
  const here = below.filter((path) => !path.slice(folder.length).includes("/"));
  const place = folder === "" ? "The source" : `The folder ${folder.slice(0, -1)}`;
  if (below.length === 0)
    throw refusal(`${place} holds no WDL file.`, "Give a folder or a WDL file of the source as path.");
  for (const candidates of [here, below]) {
    const found = candidates.length > MAX_PARSED ? candidates : await withWorkflow(tree, candidates);
    const [first, second] = found;
    if (second !== undefined) {
      throw refusal(`${place} holds ${found.length} WDL files with a workflow.`, candidatesHint(found));
    }
    if (first !== undefined) return told(first);
  }
  throw refusal(`No WDL file of ${place.toLowerCase()} holds a workflow.`, candidatesHint(below));
}

/** Files that cannot be parsed count where they say that they hold a workflow: their errors are what the user must see. */
async function withWorkflow(tree: SourceTree, paths: readonly string[]): Promise<readonly string[]> {
  const found: string[] = [];
  for (const path of paths) {
    const text = await readText(tree, path);
    if (text === undefined) continue;
    const { document, diagnostics } = parseDocument(text, path);
    const isBroken = diagnostics.some(({ severity }) => severity === "error");
    if (document?.workflow ?? (isBroken && /^[ \t]*workflow[ \t]+\w/m.test(text))) found.push(path);
  }
  return found;
}

/** `undefined` for a file that cannot be read: what nobody names is nobody's error. */
async function readText(tree: SourceTree, path: string): Promise<string | undefined> {
  try {
    const bytes = await tree.read(path);
    return bytes && bytes.byteLength <= LOAD_LIMITS.maxFileBytes ? decodeText(bytes, path) : undefined;
  } catch (thrown) {
    if (thrown instanceof AweError) return undefined;
    throw thrown;
  }
}

function near(tree: SourceTree, path: string): readonly string[] {
  const name = path.slice(path.lastIndexOf("/") + 1);
  const wdl = tree.paths.filter((path) => path.endsWith(".wdl"));
  const alike = wdl.filter((path) => path.endsWith(`/${name}`) || path.toLowerCase() === name.toLowerCase());
  return alike.length > 0 ? alike : wdl;
}

/** At most ten: a hint is one sentence. */
function candidatesHint(paths: readonly string[]): string {
  if (paths.length === 0) return "The source holds no WDL file.";
  const shown = paths.slice(0, 10).join(", ");
  const more = paths.length > 10 ? ` (and ${paths.length - 10} more)` : "";
  return `Give one of them as path: ${shown}${more}.`;
}
