import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";

import type { Diagnostic } from "#src/wdl/diagnostics.ts";
import { isHttp } from "#src/wdl/imports.ts";
import { loadProgram } from "#src/wdl/load.ts";
import type { Program } from "#src/wdl/program.ts";
import type { Context, Run } from "../command.ts";
import { EXIT, usage } from "../exit.ts";

/**
 * `awe check`: what the server would say of a WDL file and its inputs, said here.
 *
 * Loads and reads no more than it must: editors and hooks call it for every file that is saved.
 */
export const run: Run = async (context, given) => {
  const file = resolve(given.name);
  const found = statSync(file, { throwIfNoEntry: false });
  if (found?.isFile() !== true) throw usage(found ? `${given.name} is not a file.` : `There is no file ${given.name}.`);
  const root = rootOf(file);
  const texts = new Map<string, string>();
  const program = await loadProgram(slashed(relative(root, file)), (name) => readDocument(root, name, texts), {
    unreachableHttp: "warning",
  });
  const diagnostics = program.diagnostics.map((each) => shownFrom(root, each));
  const inputs = given.text("inputs");
  if (inputs !== undefined && !hasErrors(program.diagnostics))
    diagnostics.push(...(await aboutInputs(program, inputs)));
  const fine = !hasErrors(diagnostics);
  if (given.flag("json")) context.out.line(JSON.stringify({ valid: fine, diagnostics }, null, 2));
  else
    await show(context, given.name, diagnostics, new Map([...texts].map(([name, text]) => [shown(root, name), text])));
  return fine ? EXIT.ok : EXIT.failed;
};

function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some(({ severity }) => severity === "error");
}

/** The Git work tree that holds the file, else the current folder if it does, else the file's own. */
function rootOf(file: string): string {
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    if (existsSync(join(folder, ".git"))) return folder;
    if (folder === dirname(folder)) break;
  }
  const current = process.cwd();
  return file.startsWith(current.endsWith(sep) ? current : current + sep) ? current : dirname(file);
}

async function readDocument(root: string, name: string, texts: Map<string, string>): Promise<string | undefined> {
  if (isHttp(name)) return undefined;
  try {
    const text = readFileSync(join(root, name), "utf8");
    texts.set(name, text);
    return text;
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "EISDIR" || code === "ENOTDIR") return undefined;
    throw thrown;
  }
}

/** The inputs file's findings; they are about the whole file, as JSON has no places. */
async function aboutInputs(program: Program, file: string): Promise<Diagnostic[]> {
  // Loaded on demand: a check without inputs must not wait for a YAML parser.
  const [{ readObjectFile }, { checkInputs }] = await Promise.all([
    import("../object-file.ts"),
    import("#src/wdl/inputs/check-inputs.ts"),
  ]);
  const inputs = await readObjectFile(file);
  return checkInputs(program, inputs).map((each): Diagnostic => ({ ...each, file: each.file ?? file }));
}

async function show(
  { out }: Context,
  name: string,
  diagnostics: readonly Diagnostic[],
  texts: ReadonlyMap<string, string>,
): Promise<void> {
  if (diagnostics.length === 0) return out.line(`${name}: no errors`);
  const { renderDiagnostics } = await import("#src/wdl/render.ts");
  out.write(renderDiagnostics(diagnostics, texts, { colour: out.colour }));
  const errors = diagnostics.filter(({ severity }) => severity === "error").length;
  out.line(`\n${name}: ${counted(errors, "error")}, ${counted(diagnostics.length - errors, "warning")}`);
}

function counted(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

function shownFrom(root: string, diagnostic: Diagnostic): Diagnostic {
  return diagnostic.file === undefined ? diagnostic : { ...diagnostic, file: shown(root, diagnostic.file) };
}

/** A document's path as one would type it here. */
function shown(root: string, name: string): string {
  return isHttp(name) ? name : relative(process.cwd(), join(root, name));
}

function slashed(path: string): string {
  return path.split(sep).join("/");
}
