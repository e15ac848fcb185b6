import type { ImportNode, Span } from "./ast.ts";
import { someSuggestions, type Suggestions } from "./check/suggest.ts";
import { Diagnostics } from "./diagnostics.ts";
import { giveWay } from "./give-way.ts";
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
  /** Of all documents together. */
  readonly maxTotalBytes: number;
  /** Names, signs and values of all documents together: what a program costs to read, check and keep. */
  readonly maxTotalTokens: number;
  /** Documents of a program, the main one included. */
  readonly maxDocuments: number;
  /** Import statements in all documents together. */
  readonly maxImports: number;
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

/** So many imports are read at once: enough for slow servers, and what is read too much stays little. */
const READ_AT_ONCE = 8;

/**
 * Reads the main document and everything it imports, each document once. The first of the answer is the main document,
 * the rest follows in the order of the imports, level by level. Nothing more is read once a bound is met.
 *
 * Gives way to others before each document that it parses.
 */
export async function readClosure(deps: ReadingDeps, mainFile: string): Promise<ReadonlyMap<string, Loaded>> {
  const text = await deps.read(mainFile);
  const texts = new Map([[mainFile, Promise.resolve(text)]]);
  const suggestions = someSuggestions();
  const reading: Reading = { ...deps, texts, suggestions, bytes: 0, tokens: 0, imports: 0, exhausted: false };
  const main = await load(reading, mainFile, text);
  const loaded = new Map<string, Loaded>([[mainFile, main]]);
  let level: Draft[] = [main];
  for (let depth = 1; level.length > 0; depth++) {
    const next: Draft[] = [];
    for (const batch of batches(level)) {
      const found = await Promise.all(batch.map(({ importer, node }) => findImport(reading, importer, node)));
      for (const { importer, node, file, text } of found.filter((one) => one !== undefined)) {
        if (!loaded.has(file)) {
          if (!allowed(reading, importer, node, depth, loaded.size, text)) continue;
          const document = await load(reading, file, text);
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
  readonly suggestions: Suggestions;
  /** Of the documents so far. */
  bytes: number;
  tokens: number;
  imports: number;
  /** Whether it has been told that a bound is met, which is told once. */
  exhausted: boolean;
}

type Draft = Loaded & { readonly targets: Map<ImportNode, string> };

interface WantedImport {
  readonly importer: Draft;
  readonly node: ImportNode;
}

/** The imports of some documents, in their order, a few at a time. */
function* batches(importers: readonly Draft[]): Generator<readonly WantedImport[]> {
  let batch: WantedImport[] = [];
  for (const importer of importers) {
    for (const node of importer.parsed.document?.imports ?? []) {
      batch.push({ importer, node });
      if (batch.length < READ_AT_ONCE) continue;
      yield batch;
      batch = [];
    }
  }
  if (batch.length > 0) yield batch;
}

async function load(reading: Reading, file: string, text: string | undefined): Promise<Draft> {
  const { parse, limits } = reading;
  const diagnostics = new Diagnostics(file, reading.suggestions);
  const blank = { file, text: "", parsed: { document: undefined, diagnostics: [], tokens: 0 }, diagnostics };
  if (text === undefined) {
    diagnostics.error("missing-document", START, `There is no document \`${file}\`.`, "Check its path.");
    return { ...blank, targets: new Map() };
  }
  const bytes = Buffer.byteLength(text);
  reading.bytes += bytes;
  if (bytes > limits.maxFileBytes) {
    const message = `This document has ${bytes} bytes; at most ${limits.maxFileBytes} are read.`;
    diagnostics.error("document-too-large", START, message, "Split it into several documents.");
    return { ...blank, targets: new Map() };
  }
  await giveWay();
  const parsed = parse(text, file, limits);
  reading.tokens += parsed.tokens;
  diagnostics.take(parsed.diagnostics);
  return { file, text, parsed, diagnostics, targets: new Map() };
}

interface FoundImport extends WantedImport {
  readonly file: string;
  readonly text: string;
}

async function findImport(reading: Reading, importer: Draft, node: ImportNode): Promise<FoundImport | undefined> {
  if (reading.exhausted) return undefined;
  const { file: from, diagnostics } = importer;
  const { maxDocuments, maxImports } = reading.limits;
  if (++reading.imports > maxImports) {
    const message = `A program holds at most ${maxImports} imports.`;
    tellExhausted(
      reading,
      importer,
      node,
      "too-many-imports",
      message,
      "Import each document where it is needed only.",
    );
    return undefined;
  }
  const target = resolveImport(from, node.uri);
  if (target.kind === "refused") {
    diagnostics.error("bad-import", node.span, target.reason, target.hint);
    return undefined;
  }
  for (const file of target.files) {
    // Some names lead nowhere: more are tried than documents may come of it, but not endlessly many.
    if (!reading.texts.has(file) && reading.texts.size >= maxDocuments * 3) {
      tellTooMany(reading, importer, node);
      return undefined;
    }
    const text = await readOnce(reading, file);
    if (text !== undefined) return { importer, node, file, text };
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

/** Whether one more document may be parsed; if not, that is told at its import. */
function allowed(
  reading: Reading,
  importer: Draft,
  node: ImportNode,
  depth: number,
  count: number,
  text: string,
): boolean {
  if (reading.exhausted) return false;
  const { maxImportDepth, maxDocuments, maxTotalBytes, maxTotalTokens } = reading.limits;
  if (depth > maxImportDepth) {
    const message = `Imports are followed at most ${maxImportDepth} documents deep.`;
    importer.diagnostics.error("imports-too-deep", node.span, message, "Import what is needed directly.");
    return false;
  }
  if (count >= maxDocuments) {
    tellTooMany(reading, importer, node);
    return false;
  }
  if (reading.bytes + Buffer.byteLength(text) > maxTotalBytes) {
    const message = `With this document the program has more than ${maxTotalBytes} bytes, which is all that is read of it.`;
    tellExhausted(reading, importer, node, "program-too-large", message, SMALLER);
    return false;
  }
  if (reading.tokens <= maxTotalTokens) return true;
  const message = `Before this document the program has more than ${maxTotalTokens} names, signs and values already.`;
  tellExhausted(reading, importer, node, "program-too-large", message, SMALLER);
  return false;
}

const SMALLER = "Leave out imports that are not needed, or split the workflow into several.";

function tellTooMany(reading: Reading, importer: Draft, node: ImportNode): void {
  const message = `A program holds at most ${reading.limits.maxDocuments} documents.`;
  tellExhausted(reading, importer, node, "too-many-imports", message, "Put small documents together.");
}

function tellExhausted(
  reading: Reading,
  { diagnostics }: Draft,
  node: ImportNode,
  rule: string,
  message: string,
  hint: string,
): void {
  if (reading.exhausted) return;
  reading.exhausted = true;
  diagnostics.error(rule, node.span, message, hint);
}
