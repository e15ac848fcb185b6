import { createHash } from "node:crypto";
import { posix } from "node:path";
import type { ImportNode } from "#src/wdl/ast.ts";
import { isHttp } from "#src/wdl/imports.ts";
import type { Program, Unit } from "#src/wdl/program.ts";

/** Where documents from the web lie in a closure. */
const WEB_FOLDER = "awe-imports";

/**
 * The documents of a program by the path that each has in the closure, imports from the web rewritten to those paths, so that
 * nothing is fetched later. Only the text between an import's quotes changes: every line keeps its number.
 */
export function closureDocuments(program: Program): ReadonlyMap<string, string> {
  const units = new Map<string, Unit>();
  const visit = (unit: Unit): void => {
    if (units.has(unit.file)) return;
    units.set(unit.file, unit);
    unit.imports.forEach(visit);
  };
  visit(program.main);
  return new Map([...units.values()].map((unit) => [localPath(unit.file), localText(unit)]));
}

/** The path of a document in the closure: its own, or for an address one that no other address has. */
export function localPath(file: string): string {
  if (!isHttp(file)) return file;
  const url = new URL(file);
  const name = url.pathname.slice(url.pathname.lastIndexOf("/") + 1).replace(/\.wdl$/, "");
  const safe = name.replace(/[^A-Za-z0-9_-]/g, "_");
  const digest = createHash("sha256").update(file).digest("hex").slice(0, 16);
  return `${WEB_FOLDER}/${url.hostname.replace(/[^A-Za-z0-9.-]/g, "_")}/${digest}/${safe === "" ? "document" : safe}.wdl`;
}

function localText(unit: Unit): string {
  const imports = unit.document.imports.toSorted((a, b) => b.span.offset - a.span.offset);
  return imports.reduce((text, node) => {
    const target = unit.imports.get(node.namespace.text);
    if (!target || !(isHttp(unit.file) || isHttp(target.file))) return text;
    return rewrite(text, node, posix.relative(posix.dirname(localPath(unit.file)), localPath(target.file)));
  }, unit.text);
}

/** Replaces what stands between the quotes; the namespace stays what it was, also where the file's name gave it. */
function rewrite(text: string, node: ImportNode, uri: string): string {
  const statement = text.slice(node.span.offset, node.span.end);
  const quoted = /^import(?:\s|#[^\n]*\n)*("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')/.exec(statement);
  const literal = quoted?.[1];
  if (quoted === null || literal === undefined) return text;
  const start = node.span.offset + quoted[0].length - literal.length;
  const isNamed = node.namespace.span.offset >= start + literal.length;
  const name = isNamed ? "" : ` as ${node.namespace.text}`;
  return `${text.slice(0, start)}"${uri}"${name}${text.slice(start + literal.length)}`;
}
