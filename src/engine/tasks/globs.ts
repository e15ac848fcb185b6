import { createHash } from "node:crypto";
import { linkSync, mkdirSync, realpathSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { WdlError } from "../../wdl/coerce.ts";
import type { AttemptFolder } from "./attempt-folder.ts";
import { fileErrorText } from "./failures.ts";
import { expandPattern } from "./shell-pattern.ts";

/** The engine's own files in the execution folder; a pattern like `*` does not mean them. */
const OWN_FILES = new Set(["pid", "rc", "rc.tmp"]);

const CONTROL_FILE = "cromwell_glob_control_file";

/**
 * The files that a pattern of a task's outputs matches, as Cromwell gives them.
 *
 * They are linked into `glob-<MD5 of the pattern>/`, and their names listed in `glob-<MD5>.list`, in the order of `ls`.
 * Folders, and names that begin with a dot, are left out. Of two files with one name the second keeps its own path.
 */
export function collectGlob(folder: AttemptFolder, pattern: string, locale: string | undefined): readonly string[] {
  const name = `glob-${createHash("md5").update(pattern).digest("hex")}`;
  const target = join(folder.execution, name);
  try {
    const matches = matchesOf(folder.execution, pattern);
    mkdirSync(target, { recursive: true });
    writeFileSync(join(target, CONTROL_FILE), "This file only makes sure that the folder of a glob is never empty.\n");
    const taken = new Set<string>();
    const collected = matches.sort().map((match) => {
      const file = basename(match);
      if (taken.has(file)) return match;
      taken.add(file);
      link(match, join(target, file));
      return join(target, file);
    });
    collected.sort(lsOrder(locale));
    writeFileSync(`${target}.list`, collected.map((path) => `${basename(path)}\n`).join(""));
    return collected;
  } catch (error) {
    throw new WdlError(`glob(${JSON.stringify(pattern)}) failed: ${fileErrorText(error, folder.execution)}`);
  }
}

function matchesOf(execution: string, pattern: string): string[] {
  return expandPattern(pattern, execution)
    .filter((match) => !OWN_FILES.has(match) && !match.startsWith("glob-"))
    .map((match) => (match.startsWith("/") ? match : join(execution, match)))
    .filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile() === true);
}

function link(match: string, place: string): void {
  const source = realpathSync(match);
  try {
    linkSync(source, place);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return;
    symlinkSync(source, place);
  }
}

/** `ls` sorts by the collation of its locale; the C locale by bytes. */
function lsOrder(locale: string | undefined): (a: string, b: string) => number {
  const language = /^([a-z]{2,3})(?:_([A-Z]{2}))?/.exec(locale ?? "");
  if (!language) return (a, b) => Buffer.compare(Buffer.from(basename(a)), Buffer.from(basename(b)));
  const collator = new Intl.Collator(language[2] ? `${language[1]}-${language[2]}` : language[1]);
  return (a, b) => collator.compare(basename(a), basename(b));
}
