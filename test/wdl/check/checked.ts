import type { Diagnostic } from "#src/wdl/diagnostics.ts";
import { loadProgram } from "#src/wdl/load.ts";
import type { Program } from "#src/wdl/program.ts";

/** Loads and checks a program whose main document is `main.wdl`; the rest of `files` can be imported. */
export function programOf(main: string, files: Readonly<Record<string, string>> = {}): Promise<Program> {
  const all = new Map(Object.entries({ ...files, "main.wdl": main }));
  return loadProgram("main.wdl", (file) => Promise.resolve(all.get(file)));
}

/** Findings in short: `error unknown-name 5`. */
function short(found: readonly Diagnostic[]): string[] {
  return found.map(({ severity, rule, line }) => [severity, rule, ...(line === undefined ? [] : [line])].join(" "));
}

/** What is found in `main`, in short. */
export async function findings(main: string, files: Readonly<Record<string, string>> = {}): Promise<string[]> {
  return short((await programOf(main, files)).diagnostics);
}

/** The errors found in `main`, as full messages with their hints. */
export async function errors(main: string, files: Readonly<Record<string, string>> = {}): Promise<string[]> {
  const { diagnostics } = await programOf(main, files);
  const wrong = diagnostics.filter(({ severity }) => severity === "error");
  return wrong.map(({ message, hint }) => (hint === undefined ? message : `${message} ${hint}`));
}
