import { linkSync, lstatSync, realpathSync, renameSync, symlinkSync, mkdirSync } from "node:fs";
import { copyFile } from "node:fs/promises";
import { basename, dirname, isAbsolute, join, resolve } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { filePaths, mapFiles } from "../../wdl/values.ts";
import type { Value } from "../../wdl/values.ts";
import type { AttemptFolder } from "./attempt-folder.ts";
import { fileErrorText } from "./failures.ts";

/** An input file that cannot be brought to the task. The message is for the user. */
export class LocalisationError extends Error {}

/** Files that are linked before others get a turn of the event loop; one takes about 30 µs. */
const TURN = 256;

/** Where each input file of an attempt is, by the path that the value has. */
export type Localisation = ReadonlyMap<string, string>;

/** The value with the local paths of its files. Values without files are returned as they are. */
export function localised(value: Value, places: Localisation): Value {
  return places.size === 0 ? value : mapFiles(value, (path) => places.get(path) ?? path);
}

/**
 * Decides where the input files of an attempt go: `inputs/<hash of the folder they come from>/<name>`, as in Cromwell.
 *
 * Files of one folder stay together. Folders with one hash get a suffix each, in the order in which they are met; the
 * same values give the same places in every life of the engine. What was written for this attempt stays where it is.
 */
export function planLocalisation(values: Iterable<Value>, folder: AttemptFolder): Localisation {
  const places = new Map<string, string>();
  const folders = new Map<string, string>();
  const taken = new Set<string>();
  for (const value of values) {
    for (const path of filePaths(value)) {
      if (places.has(path)) continue;
      const source = sourceOf(path);
      if (source.startsWith(`${folder.execution}/`)) continue;
      const parent = dirname(source);
      let name = folders.get(parent);
      if (name === undefined) {
        const hash = String(javaHashCode(parent));
        for (let copy = 1; name === undefined || taken.has(name); copy++) name = copy === 1 ? hash : `${hash}-${copy}`;
        folders.set(parent, name);
        taken.add(name);
      }
      places.set(path, join(folder.inputs, name, basename(source)));
    }
  }
  return places;
}

/** Brings the files to their places. What is there already stays: an earlier life of the engine brought it. */
export async function localise(places: Localisation): Promise<void> {
  let linked = 0;
  const made = new Set<string>();
  for (const [path, place] of places) {
    const source = sourceOf(path);
    try {
      const parent = dirname(place);
      if (!made.has(parent)) mkdirSync(parent, { recursive: true });
      made.add(parent);
      await bring(source, place);
    } catch (error) {
      throw new LocalisationError(`Could not localize ${path} -> ${place}:\n\t${reason(error, source, place)}`);
    }
    if (++linked % TURN === 0) await nextTurn();
  }
}

/** Hard link, else soft link, else copy: the order of Cromwell's Local backend. */
async function bring(path: string, place: string): Promise<void> {
  // A hard link to a soft link would be a link to what that names relative to another folder.
  const source = realpathSync(path);
  if (lstatSync(place, { throwIfNoEntry: false })) return;
  if (attempted(() => linkSync(source, place))) return;
  if (attempted(() => symlinkSync(source, place))) return;
  await copyFile(source, `${place}.draft`);
  renameSync(`${place}.draft`, place);
}

/** `false`: this way does not work here (other disk, a folder, no such links), the next one may. */
function attempted(link: () => void): boolean {
  try {
    link();
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EEXIST") return true;
    if (code === "ENOSPC" || code === "EDQUOT") throw error;
    return false;
  }
}

function reason(error: unknown, source: string, place: string): string {
  const { code } = error as NodeJS.ErrnoException;
  if (code === "ENOENT" || code === "ENOTDIR") return `${source} doesn't exist\n\tFile not found ${source}`;
  if (code === "EACCES" || code === "EPERM") return `${source} may not be read by the user that the engine runs as`;
  return fileErrorText(error, dirname(place));
}

/** The absolute path that a File stands for. */
function sourceOf(path: string): string {
  if (path === "") throw new LocalisationError("Could not localize a File whose path is empty");
  if (path.startsWith("file://")) return fileURLToPath(path);
  if (/^[A-Za-z][A-Za-z0-9+.-]+:\/\//.test(path)) {
    throw new LocalisationError(
      `Could not localize ${path}: it is an address, and only files of this machine can be read`,
    );
  }
  return isAbsolute(path) ? path : resolve(path);
}

/** `String.hashCode` of Java, a signed 32-bit number. */
export function javaHashCode(text: string): number {
  let hash = 0;
  for (let index = 0; index < text.length; index++) hash = (Math.imul(31, hash) + text.charCodeAt(index)) | 0;
  return hash;
}
