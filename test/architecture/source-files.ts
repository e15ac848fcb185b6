import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

/** The text of source files by path, such as `src/model/run.ts`: the tree itself, or one that a test plants. */
export type SourceFiles = ReadonlyMap<string, string>;

/** One `import` or `export … from`. */
export interface Import {
  /** The file that has it. */
  readonly from: string;
  /** As written. */
  readonly specifier: string;
  /** The file of ours that it means, whether that exists or not; `null` for packages and Node's own modules. */
  readonly to: string | null;
}

/** All files of TypeScript below some folders of the project. */
export function readSources(root: string, folders: readonly string[]): SourceFiles {
  const files = new Map<string, string>();
  for (const folder of folders) {
    for (const entry of readdirSync(path.join(root, folder), { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || !entry.name.endsWith(".ts")) continue;
      const file = path.join(entry.parentPath, entry.name);
      files.set(path.relative(root, file), readFileSync(file, "utf8"));
    }
  }
  return files;
}

/** What files import. Relies on the formatter: an import begins its line and uses double quotes. */
export function importsOf(files: SourceFiles): readonly Import[] {
  return [...files].flatMap(([from, text]) =>
    [
      ...text.matchAll(/^(?:import|export)\s[^;"]*?\sfrom\s+"([^"]+)"/gm),
      ...text.matchAll(/^import\s+"([^"]+)"/gm),
      ...text.matchAll(/\bimport\(\s*"([^"]+)"/g),
    ].map(([, specifier = ""]) => ({ from, specifier, to: resolve(from, specifier) })),
  );
}

/** The lines of a file that are not comments, with their numbers. */
export function codeLines(text: string): readonly { readonly line: number; readonly code: string }[] {
  return text
    .split("\n")
    .map((code, index) => ({ line: index + 1, code }))
    .filter(({ code }) => !/^\s*(?:\*|\/\/|\/\*)/.test(code));
}

function resolve(from: string, specifier: string): string | null {
  if (specifier.startsWith("#src/")) return path.posix.join("src", specifier.slice("#src/".length));
  if (specifier.startsWith(".")) return path.posix.join(path.posix.dirname(from), specifier);
  return null;
}
