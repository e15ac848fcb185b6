import path from "node:path";

import { codeLines } from "./source-files.ts";
import type { Import, SourceFiles } from "./source-files.ts";

/** See CONTRIBUTING.md: longer files have more than one idea. */
const LONGEST_FILE = 400;

/** Names that say nothing about what is inside. */
const BAGS = new Set(["utils", "util", "helpers", "helper", "common", "shared", "misc", "types", "index"]);

/** The types of WDL are its subject, not a bag. */
const NO_BAGS = new Set(["src/wdl/types.ts"]);

/** Packages and modules that belong to a few folders; everybody else goes through a port or a door. */
const OWNERS: readonly { readonly module: RegExp; readonly owners: RegExp }[] = [
  { module: /^(?:hono|@hono\/(?!node-server).+)(?:\/|$)/, owners: /^src\/(?:http|engine\/rest)\// },
  // What makes an application listen; the two programs that do so.
  { module: /^@hono\/node-server(?:\/|$)/, owners: /^src\/(?:http\/|local\/|engine\/rest\/|engine\/start\.ts$)/ },
  { module: /^(?:kysely|mysql2)(?:\/|$)/, owners: /^src\/store\/kysely\// },
  { module: /^isomorphic-git(?:\/|$)/, owners: /^src\/(?:sources|cli)\// },
];

/** Who reads the environment: compositions and programs. */
const READS_ENVIRONMENT = /^src\/(?:local\/|cli\/|engine\/main\.ts$)/;

const DECLARATION =
  /^(?:export )?(?:default )?(?:declare )?(?:abstract )?(?:async )?(function\*?|const|let|class|interface|type) (\w+)/;

const FORBIDDEN_NAMES: readonly { readonly kind: RegExp; readonly name: RegExp; readonly instead: string }[] = [
  { kind: /interface/, name: /^I[A-Z][a-z]/, instead: "name it after what it is, without the I" },
  { kind: /./, name: /Manager$/, instead: "say what it does" },
  { kind: /./, name: /^(?:handle|process)[A-Z]/, instead: "say what it does with it" },
];

/** Imports of `src/` that do not end in `.ts`, or name no file. Tests quote imports in texts; `tsc` sees to theirs. */
export function unresolved(files: SourceFiles, imports: readonly Import[]): readonly string[] {
  return imports.flatMap(({ from, specifier, to }) => {
    if (to === null || !from.startsWith("src/") || files.has(to)) return [];
    return [`${from} imports ${specifier}, which is no file`];
  });
}

/** Modules that a file must not know. */
export function foreignModules(imports: readonly Import[]): readonly string[] {
  return imports.flatMap(({ from, specifier }) =>
    OWNERS.filter(({ module, owners }) => from.startsWith("src/") && module.test(specifier) && !owners.test(from)).map(
      () => `${from} must not import ${specifier}`,
    ),
  );
}

/** Files that are too long. */
export function longFiles(files: SourceFiles): readonly string[] {
  return [...files].flatMap(([file, text]) => {
    const lines = text.split("\n").length - 1;
    return lines > LONGEST_FILE ? [`${file} has ${lines} lines, more than ${LONGEST_FILE}`] : [];
  });
}

/** Names of files and of declarations that say nothing, or say it twice. */
export function badNames(files: SourceFiles): readonly string[] {
  const bags = [...files.keys()]
    .filter((file) => BAGS.has(path.basename(file).replace(/\..*$/, "")) && !NO_BAGS.has(file))
    .map((file) => `${file}: name the file after its idea`);
  const declared = [...files].flatMap(([file, text]) =>
    codeLines(text).flatMap(({ code, line }) => {
      const [, kind = "", name = ""] = DECLARATION.exec(code) ?? [];
      return FORBIDDEN_NAMES.filter((bad) => bad.kind.test(kind) && bad.name.test(name)).map(
        ({ instead }) => `${file}:${line} ${name}: ${instead}`,
      );
    }),
  );
  return [...bags, ...declared];
}

/** Exports of `src/` without a doc comment, and files that only pass on what others export. */
export function undocumented(files: SourceFiles): readonly string[] {
  return [...files].flatMap(([file, text]) => {
    if (!file.startsWith("src/")) return [];
    const lines = text.split("\n");
    return lines.flatMap((code, index) => {
      if (code.startsWith("export *")) return [`${file}:${index + 1} passes on everything of another file`];
      if (!code.startsWith("export ") || !DECLARATION.test(code)) return [];
      return hasDoc(lines, index) ? [] : [`${file}:${index + 1} has no doc comment: ${code.slice(0, 60)}`];
    });
  });
}

/** The later signatures of an overloaded function share the comment of the first. */
function hasDoc(lines: readonly string[], index: number): boolean {
  const before = lines[index - 1] ?? "";
  if (/\*\/\s*$/.test(before)) return true;
  const name = /function\*? (\w+)/.exec(lines[index] ?? "")?.[1];
  return name !== undefined && new RegExp(`^export .*function ${name}\\b.*;$`).test(before) && hasDoc(lines, index - 1);
}

/** Reads of the environment where there must be none. */
export function environmentReads(files: SourceFiles): readonly string[] {
  return [...files].flatMap(([file, text]) => {
    if (!file.startsWith("src/") || READS_ENVIRONMENT.test(file)) return [];
    return codeLines(text)
      .filter(({ code }) => /\bprocess\s*\.\s*env\b|\benv\b.*from "(?:node:)?process"/.test(code))
      .map(({ line }) => `${file}:${line} reads the environment: take it as an argument`);
  });
}
