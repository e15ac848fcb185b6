import type { ImportNode, WdlDocument, WdlVersion } from "./ast.ts";
import { checkUnit } from "./check/check.ts";
import { resolveStructs } from "./check/structs.ts";
import { type Loaded, type LoadLimits, readClosure, type ReadDocument } from "./closure.ts";
import { type Diagnostic, Diagnostics, toldOf } from "./diagnostics.ts";
import { giveWay } from "./give-way.ts";
import { cachedParser } from "./parse/cache.ts";
import { PARSE_LIMITS } from "./parse/scanner.ts";
import type { Program, Unit } from "./program.ts";

export type { ReadDocument } from "./closure.ts";

/**
 * What `loadProgram` takes for its bounds where its caller says nothing.
 *
 * The largest pipelines in use have about 0.5 MB with all their imports; all 116 documents of GATK-SV together have 135,000
 * tokens.
 */
export const LOAD_LIMITS: LoadLimits = {
  ...PARSE_LIMITS,
  maxFileBytes: 1024 * 1024,
  maxTotalBytes: 4 * 1024 * 1024,
  maxTotalTokens: 300_000,
  maxDocuments: 500,
  maxImports: 5_000,
  maxImportDepth: 50,
};

/** How a program is loaded. */
export interface LoadOptions {
  readonly limits?: LoadLimits;
  /**
   * How an http(s) import is told that could not be read: a run needs it ("error"), a look at one's own file on a
   * machine without network does not ("warning").
   */
  readonly unreachableHttp?: "error" | "warning";
}

/**
 * One for the whole process: it holds only what was made from the texts themselves. A tree takes some 30 times its text, and
 * that of a text made for it 100 times.
 */
const parse = cachedParser(1024 * 1024);

/**
 * Reads, resolves and checks a main document with everything it imports. Never throws for bad WDL; what `read` throws
 * goes on to the caller. Gives way to others between documents, so that no piece of its work keeps them waiting for long.
 *
 * @param mainFile its path inside the source, such as `main.wdl`, or its http(s) address.
 */
export async function loadProgram(mainFile: string, read: ReadDocument, options: LoadOptions = {}): Promise<Program> {
  const { limits = LOAD_LIMITS, unreachableHttp = "error" } = options;
  const loaded = await readClosure({ read, parse, limits, unreachableHttp }, mainFile);
  const linking: Linking = { loaded, mainFile, units: new Map(), open: [] };
  const main = (await link(linking, mainFile)) ?? emptyUnit(mainFile);
  const diagnostics = toldOf(loaded.values().map((document) => document.diagnostics));
  return { main, version: main.document.version, diagnostics };
}

interface Linking {
  readonly loaded: ReadonlyMap<string, Loaded>;
  readonly mainFile: string;
  readonly units: Map<string, Unit>;
  /** The documents being linked, from the main one to the one at hand. */
  readonly open: string[];
}

/** Makes the unit of a file, those of its imports first. `undefined` where its version could not be read. */
async function link(linking: Linking, file: string): Promise<Unit | undefined> {
  const done = linking.units.get(file);
  if (done !== undefined) return done;
  const document = linking.loaded.get(file);
  if (document?.parsed.document === undefined) return undefined;
  linking.open.push(file);
  const unit = await linkDocument(linking, document, document.parsed.document);
  linking.open.pop();
  linking.units.set(file, unit);
  return unit;
}

async function linkDocument(linking: Linking, loaded: Loaded, document: WdlDocument): Promise<Unit> {
  const { file, text, diagnostics } = loaded;
  const imports = new Map<string, Unit>();
  for (const node of document.imports) {
    const unit = await linkImport(linking, loaded, document.version, node);
    if (unit === undefined) continue;
    const { text: namespace, span } = node.namespace;
    const other = imports.get(namespace);
    if (other !== undefined && other !== unit) {
      const hint = "Give one of them another name with `as`.";
      diagnostics.error("duplicate-namespace", span, `Two imports are called \`${namespace}\`.`, hint);
    } else imports.set(namespace, unit);
  }
  await giveWay();
  // What could not be read is missed everywhere: the syntax errors say enough.
  const readable = !hasError(loaded.parsed.diagnostics);
  const findings = readable ? diagnostics : new Diagnostics(file);
  const structs = resolveStructs(document, file, imports, findings);
  const unit: Unit = { file, text, document, imports, structs };
  if (readable) checkUnit(unit, document.version, diagnostics, file === linking.mainFile);
  return unit;
}

/** The unit that an import stands for; whatever is wrong with it is told at the import. */
async function linkImport(
  linking: Linking,
  importer: Loaded,
  version: WdlVersion,
  node: ImportNode,
): Promise<Unit | undefined> {
  const { diagnostics } = importer;
  const file = importer.targets.get(node);
  if (file === undefined) return undefined;
  if (linking.open.includes(file)) {
    const circle = [...linking.open.slice(linking.open.indexOf(file)), file].map((name) => `\`${name}\``);
    const message = `Documents import each other in a circle: ${circle.join(" → ")}.`;
    diagnostics.error("import-cycle", node.span, message, "Put what both need into a third document.");
    return undefined;
  }
  const unit = await link(linking, file);
  const errors = linking.loaded.get(file)?.parsed.diagnostics.filter(isError) ?? [];
  if (unit === undefined || errors.length > 0) {
    const [first] = errors;
    const hint = first?.line === undefined ? undefined : `Its first error is on its line ${first.line}.`;
    diagnostics.error("broken-import", node.span, `The imported document \`${file}\` cannot be read.`, hint);
    // What it would have brought is not known, so that nothing is held against its importer.
    return undefined;
  }
  if (unit.document.version !== version) {
    const message = `This document is WDL ${version}, and \`${file}\` is WDL ${unit.document.version}.`;
    diagnostics.error("import-version", node.span, message, "Documents that import each other have one version.");
  }
  return unit;
}

function isError(found: Diagnostic): boolean {
  return found.severity === "error";
}

function hasError(found: readonly Diagnostic[]): boolean {
  return found.some(isError);
}

/** Stands for a main document of which nothing could be read; its program has errors. */
function emptyUnit(file: string): Unit {
  const document: WdlDocument = { version: "1.0", imports: [], structs: [], tasks: [] };
  return { file, text: "", document, imports: new Map(), structs: new Map() };
}
