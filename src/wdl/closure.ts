import type { ImportNode, Span } from "./ast.ts";
import { Diagnostics } from "./diagnostics.ts";
import { isHttp, resolveImport } from "./imports.ts";
import type { ParseText } from "./parse/cache.ts";
import type { ParsedDocument } from "./parse/document.ts";
import type { ParseLimits } from "./parse/scanner.ts";

/** Where the text of a document comes from. `undefined`: there is none, which is an error at the import. */
export type ReadDocument = (file: string) => Promise<string | undefined>;

/** Bounds on what one program may make AWE read. */
export interface LoadLimits extends ParseLimits {
  /** Of one document, in bytes of UTF-8. */
  readonly maxFileBytes: number;
  /** Documents of a program, the main one included. */
  readonly maxDocuments: number;
  /** Length of the chain of imports below the main document. */
  readonly maxImportDepth: number;
}

/** A document that was read, and where its imports lead. */
export interface Loaded {
  readonly file: string;
  readonly text: string;
  readonly parsed: ParsedDocument;
  /** About this document; grows while the program is put together. */
  readonly diagnostics: Diagnostics;
  /** Files of `parsed.document.imports` that were found. */
  readonly targets: ReadonlyMap<ImportNode, string>;
}

/** What reading documents takes. */
export interface ReadingDeps {
  readonly read: ReadDocument;
  readonly parse: ParseText;
  readonly limits: LoadLimits;
  /** How an http(s) import is told that `read` has nothing for. */
  readonly unreachableHttp: "error" | "warning";
}

const START: Span = { line: 1, column: 1, offset: 0, end: 0 };

/**
 * Reads the main document and everything it imports, each document once. The first of the answer is the main document,
 * the rest follows in the order of the imports, level by level; documents of one level are read at the same time.
 */
export async function readClosure(deps: ReadingDeps, mainFile: string): Promise<ReadonlyMap<string, Loaded>> {
  const text = await deps.read(mainFile);
  const main = load(deps, mainFile, text ?? "");
  if (text === undefined) {
    main.diagnostics.all.length = 0;
    main.diagnostics.error("missing-document", START, `There is no document \`${mainFile}\`.`, "Check its path.");
  }
  const reading: Reading = { ...deps, texts: new Map([[mainFile, Promise.resolve(text)]]), exhausted: false };
  const loaded = new Map<string, Loaded>([[mainFile, main]]);
  let level: Draft[] = [main];
  for (let depth = 1; level.length > 0; depth++) {
    const found = await Promise.all(level.map((importer) => findImports(reading, importer)));
    const next: Draft[] = [];
    for (const [index, importer] of level.entries()) {
      for (const { node, file, text } of found[index] ?? []) {
        if (!loaded.has(file)) {
          if (!allowed(reading, importer, node, depth, loaded.size)) continue;
          const document = load(deps, file, text);
          loaded.set(file, document);
          next.push(document);
        }
        importer.targets.set(node, file);
      }
    }
    level = next;
  }
  return loaded;
}

/** The state of reading one program. */
interface Reading extends ReadingDeps {
  /** What was asked for already, with what came or will come of it. */
  readonly texts: Map<string, Promise<string | undefined>>;
  /** Whether it has been told that there are too many documents, which is told once. */
  exhausted: boolean;
}

type Draft = Loaded & { readonly targets: Map<ImportNode, string> };

function load({ parse, limits }: ReadingDeps, file: string, text: string): Draft {
  const diagnostics = new Diagnostics(file);
  const bytes = Buffer.byteLength(text);
  if (bytes > limits.maxFileBytes) {
    const message = `This document has ${bytes} bytes; at most ${limits.maxFileBytes} are read.`;
    diagnostics.error("document-too-large", START, message, "Split it into several documents.");
    return { file, text: "", parsed: { document: undefined, diagnostics: [] }, diagnostics, targets: new Map() };
  }
  const parsed = parse(text, file, limits);
  diagnostics.all.push(...parsed.diagnostics);
  return { file, text, parsed, diagnostics, targets: new Map() };
}

interface FoundImport {
  readonly node: ImportNode;
  readonly file: string;
  readonly text: string;
}

/** Reads what a document imports; an import of which nothing is found is told and left away. */
async function findImports(reading: Reading, importer: Draft): Promise<readonly FoundImport[]> {
  const nodes = importer.parsed.document?.imports ?? [];
  const found = await Promise.all(nodes.map((node) => findImport(reading, importer, node)));
  return found.filter((one) => one !== undefined);
}

async function findImport(
  reading: Reading,
  { file: from, diagnostics }: Draft,
  node: ImportNode,
): Promise<FoundImport | undefined> {
  const target = resolveImport(from, node.uri);
  if (target.kind === "refused") {
    diagnostics.error("bad-import", node.span, target.reason, target.hint);
    return undefined;
  }
  for (const file of target.files) {
    // Some names lead nowhere: more are tried than documents may come of it, but not endlessly many.
    if (!reading.texts.has(file) && reading.texts.size >= reading.limits.maxDocuments * 3) {
      tellTooMany(reading, diagnostics, node);
      return undefined;
    }
    const text = await readOnce(reading, file);
    if (text !== undefined) return { node, file, text };
  }
  const [file] = target.files;
  if (isHttp(file)) {
    const message = `The imported document \`${file}\` could not be fetched.`;
    diagnostics[reading.unreachableHttp]("unreachable-import", node.span, message, "Check the address.");
    return undefined;
  }
  const places = target.files.map((place) => `\`${place}\``).join(" nor ");
  const message =
    target.files.length === 1
      ? `The imported document ${places} does not exist.`
      : `The imported document exists neither as ${places}.`;
  const hint = "Paths of imports are relative to the importing document, else to the root of the source.";
  diagnostics.error("missing-import", node.span, message, hint);
  return undefined;
}

function readOnce({ texts, read }: Reading, file: string): Promise<string | undefined> {
  const known = texts.get(file);
  if (known !== undefined) return known;
  const text = read(file);
  texts.set(file, text);
  return text;
}

function allowed(reading: Reading, { diagnostics }: Draft, node: ImportNode, depth: number, count: number): boolean {
  const { maxImportDepth, maxDocuments } = reading.limits;
  if (depth > maxImportDepth) {
    const message = `Imports are followed at most ${maxImportDepth} documents deep.`;
    diagnostics.error("imports-too-deep", node.span, message, "Import what is needed directly.");
    return false;
  }
  if (count < maxDocuments) return true;
  tellTooMany(reading, diagnostics, node);
  return false;
}

function tellTooMany(reading: Reading, diagnostics: Diagnostics, node: ImportNode): void {
  if (reading.exhausted) return;
  reading.exhausted = true;
  const message = `A program holds at most ${reading.limits.maxDocuments} documents.`;
  diagnostics.error("too-many-imports", node.span, message, "Put small documents together.");
}
