import { posix } from "node:path";
import { AweError, type Finding } from "#src/errors.ts";
import type { Closure } from "#src/model/closure.ts";
import type { Json, JsonObject } from "#src/model/run.ts";
import type { SourceRequest } from "#src/model/submission.ts";
import { assertDepth, decodeText, parseObject } from "#src/model/source-text.ts";
import type { FetchedSource, Sources } from "#src/sources/sources.ts";
import type { Diagnostic } from "#src/wdl/diagnostics.ts";
import { isHttp } from "#src/wdl/imports.ts";
import { checkInputs } from "#src/wdl/inputs/check-inputs.ts";
import { expectedInputs } from "#src/wdl/inputs/expected.ts";
import { loadProgram } from "#src/wdl/load.ts";
import type { Program } from "#src/wdl/program.ts";
import { hashClosure } from "./closure-file.ts";
import { FileInputs, type NamedUpload, type Origin } from "./file-inputs.ts";
import { findMain, type MainDocument } from "./main-document.ts";
import { closureDocuments, localPath } from "./web-imports.ts";

/** What freezing needs. */
export interface FreezeDeps {
  readonly sources: Pick<Sources, "fetchDocument">;
  /** Why an absolute path in the inputs may not be used, or `undefined`. Must not touch the disk. */
  readonly checkAbsolute: (path: string) => string | undefined;
}

/** What the request says besides its source. */
export interface FreezeRequest {
  readonly kind: SourceRequest["kind"];
  /** A folder or WDL file of the source. */
  readonly path: string | null;
  readonly inputs: JsonObject | null;
  readonly options: JsonObject | null;
}

/** A closure, and what is known beside it. */
export interface Frozen {
  readonly closure: Closure;
  readonly program: Program;
  /** What deserves a look and stops nothing. */
  readonly warnings: readonly Finding[];
  /** Uploads that the inputs name; the caller must see that they are there and the user's own. */
  readonly uploads: readonly NamedUpload[];
}

/** All input files of a source together: they are held in memory and stored with the closure. */
const MAX_INPUT_FILES_BYTES = 128 * 1024 * 1024;

/** Of one file or request: twice what any program is asked for, so that telling the unknown ones takes no time. */
const MAX_INPUTS = 10_000;

/**
 * Makes the closure of a fetched source: finds the main document, loads and checks it with its imports, merges and checks the
 * inputs, and takes in the files that they name.
 *
 * @throws {AweError} `invalid_source` with every finding that stops the run.
 */
export async function freeze(deps: FreezeDeps, fetched: FetchedSource, request: FreezeRequest): Promise<Frozen> {
  assertDepth(request.inputs, "The object of inputs");
  assertDepth(request.options, "The object of options");
  const start = await mainOf(fetched, request.path);
  const program = await load(deps, fetched, start.main);
  const { workflow } = program.main.document;
  if (!workflow) throw refuseAll([{ message: `${start.main} holds no workflow.`, file: start.main }]);
  const wdlName = workflow.name.text;

  const warnings = program.diagnostics.filter((found) => found.severity === "warning").map(asFinding);
  const given = await gatherInputs(fetched, start, request, wdlName, warnings);
  const files = new FileInputs({
    tree: fetched.tree,
    checkAbsolute: deps.checkAbsolute,
    maxBytes: MAX_INPUT_FILES_BYTES,
  });
  const inputs = await resolveFiles(files, program, given);
  const found = checkInputs(program, inputs);
  warnings.push(...found.filter(({ severity }) => severity === "warning").map(asFinding));
  const errors = found.filter(({ severity }) => severity === "error").map(asFinding);
  if (errors.length + files.findings.length > 0) throw refuseAll([...errors, ...files.findings]);

  const content = {
    main: localPath(start.main),
    documents: closureDocuments(program),
    inputFiles: new Map([...files.files].sort(([a], [b]) => (a < b ? -1 : 1))),
    inputs,
    options: { ...(await sourceOptions(fetched, start)), ...request.options },
    labels: labelsOf(fetched),
    wdlName,
  };
  const closure = { ...content, hash: hashClosure(content) };
  return { closure, program, warnings, uploads: [...files.uploads.values()] };
}

async function mainOf(fetched: FetchedSource, path: string | null): Promise<MainDocument> {
  if (fetched.main === null) return findMain(fetched.tree, path);
  return { main: fetched.main, inputs: [], options: null, told: true };
}

/** Loads the program; what keeps a document from being read is told beside what is said about its import. */
async function load(deps: FreezeDeps, fetched: FetchedSource, main: string): Promise<Program> {
  const unread: Finding[] = [];
  const read = async (file: string): Promise<string | undefined> => {
    try {
      if (isHttp(file)) return await deps.sources.fetchDocument(file);
      const bytes = await fetched.tree.read(file);
      return bytes && decodeText(bytes, file);
    } catch (thrown) {
      if (!(thrown instanceof AweError)) throw thrown;
      unread.push(...thrown.findings);
      return undefined;
    }
  };
  const program = await loadProgram(main, read);
  const errors = program.diagnostics.filter(({ severity }) => severity === "error").map(asFinding);
  if (errors.length + unread.length > 0) throw refuseAll([...errors, ...unread]);
  return program;
}

/** An input with the place that its relative paths are relative to. */
interface GivenInput {
  readonly value: Json;
  readonly origin: Origin;
}

/** The inputs of the source, overridden key by key by those of the request. */
async function gatherInputs(
  fetched: FetchedSource,
  start: MainDocument,
  request: FreezeRequest,
  wdlName: string,
  warnings: Finding[],
): Promise<ReadonlyMap<string, GivenInput>> {
  const given = new Map<string, GivenInput>();
  const root: Origin = request.kind === "inline" ? { kind: "inline" } : { kind: "request" };
  const add = (inputs: JsonObject, origin: Origin) => {
    const entries = Object.entries(inputs);
    if (entries.length > MAX_INPUTS) {
      const message = `There are ${entries.length} inputs; at most ${MAX_INPUTS} are read.`;
      const file = origin.kind === "file" ? { file: origin.file } : {};
      throw refuseAll([{ message, ...file, hint: "Put values of one kind into one input: an array or a map." }]);
    }
    for (const [key, value] of entries) given.set(key, { value, origin });
  };
  for (const file of inputsFiles(fetched, start)) {
    const inputs = await readObject(fetched, file);
    if (start.told || isFor(inputs, wdlName)) {
      add(inputs, { kind: "file", file, folder: posix.dirname(file).replace(/^\.$/, "") });
    } else {
      warnings.push({ message: `${file} is left out: none of its inputs is one of ${wdlName}.`, file });
    }
  }
  add(fetched.inputs as JsonObject, root);
  add(request.inputs ?? {}, root);
  return given;
}

/** The inputs file that a manifest names, else the one whose name says that it belongs to the main document. */
function inputsFiles(fetched: FetchedSource, start: MainDocument): readonly string[] {
  if (start.told) return start.inputs;
  const stem = start.main.replace(/\.wdl$/, "");
  const folder = start.main.slice(0, start.main.lastIndexOf("/") + 1);
  const names = [`${stem}.inputs.json`, `${stem}_inputs.json`, `${stem}.json`, `${folder}inputs.json`];
  const file = names.find((name) => fetched.tree.paths.includes(name));
  return file === undefined ? [] : [file];
}

async function sourceOptions(fetched: FetchedSource, start: MainDocument): Promise<JsonObject> {
  const own = fetched.options as JsonObject;
  const stem = start.main.replace(/\.wdl$/, "");
  const folder = start.main.slice(0, start.main.lastIndexOf("/") + 1);
  const names = start.told ? [] : [`${stem}.options.json`, `${folder}options.json`];
  const file = start.options ?? names.find((name) => fetched.tree.paths.includes(name));
  return file === undefined ? own : { ...(await readObject(fetched, file)), ...own };
}

async function readObject(fetched: FetchedSource, file: string): Promise<JsonObject> {
  return parseObject(decodeText((await fetched.tree.read(file)) ?? new Uint8Array(), file), file);
}

/** Whether an inputs file that nobody named is one of this workflow. */
function isFor(inputs: JsonObject, wdlName: string): boolean {
  const keys = Object.keys(inputs);
  return keys.length === 0 || keys.some((key) => key.startsWith(`${wdlName}.`));
}

async function resolveFiles(
  files: FileInputs,
  program: Program,
  given: ReadonlyMap<string, GivenInput>,
): Promise<JsonObject> {
  const types = new Map(expectedInputs(program).map(({ name, type }) => [name, type]));
  const inputs: [string, Json][] = [];
  for (const [key, { value, origin }] of given) {
    inputs.push([key, await files.resolve(key, value, types.get(key), origin)]);
  }
  return Object.fromEntries(inputs);
}

function labelsOf(fetched: FetchedSource): Readonly<Record<string, string>> {
  const entries = Object.entries(fetched.labels).map(([key, value]): [string, string] => {
    if (typeof value === "string" && key !== "") return [key, value];
    throw refuseAll([{ message: `The label ${JSON.stringify(key)} of the source is not a string.` }]);
  });
  return Object.fromEntries(entries);
}

function asFinding({ message, file, line, column, hint }: Diagnostic): Finding {
  return {
    message,
    ...(file === undefined ? {} : { file }),
    ...(line === undefined ? {} : { line }),
    ...(column === undefined ? {} : { column }),
    ...(hint === undefined ? {} : { hint }),
  };
}

function refuseAll(findings: readonly Finding[]): AweError {
  const [first] = findings;
  const more = findings.length > 1 ? ` (and ${findings.length - 1} more)` : "";
  return new AweError("invalid_source", `${first?.message ?? "The source cannot be run."}${more}`, { findings });
}
