import { existsSync } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from "node:path";

import { AweError } from "#src/errors.ts";
import type { JsonObject } from "#src/model/run.ts";
import { isHttp } from "#src/wdl/imports.ts";
import { expectedInputs } from "#src/wdl/inputs/expected.ts";
import { loadProgram } from "#src/wdl/load.ts";
import { findMain } from "#src/workflows/main-document.ts";
import { usage } from "./exit.ts";
import type { Given } from "./given.ts";
import type { InputTypes } from "./local-inputs.ts";
import { packFolder, zipOf, type PackedFolder } from "./pack-folder.ts";
import { printable, type Terminal } from "./terminal.ts";

/** What one submission sends: objects go as JSON, bytes as a part of a form. */
export type Fields = Record<string, string | number | boolean | JsonObject | Blob>;

/** A source as the server takes it, and what is known here of the workflow's inputs. */
export interface Source {
  readonly fields: Fields;
  readonly types: InputTypes;
  /** Whether the server fetches the source, and so finds its faults only after it has accepted the run. */
  readonly isFetched: boolean;
}

/**
 * Makes the source that the options name: an address is passed on, what lies here is read and packed.
 *
 * @throws {CliError} for options that do not go together, and for what is not there.
 */
export async function sourceOf(given: Given, remarks: Terminal): Promise<Source> {
  const named = ["repo", "wdl", "url"].filter((option) => given.text(option) !== undefined);
  if (named.length > 1)
    throw usage(`Only one of ${named.map((option) => `--${option}`).join(" and ")} can be the source.`);
  const { repo, wdl, url, ref, path } = Object.fromEntries(
    ["repo", "wdl", "url", "ref", "path"].map((option) => [option, given.text(option)]),
  );
  if (wdl !== undefined || url !== undefined || repo === undefined) {
    if (ref !== undefined || path !== undefined) throw usage("--ref and --path go with --repo only.");
  }
  if (wdl !== undefined) return documentSource(wdl);
  if (url !== undefined) return { fields: { workflowUrl: url }, types: undefined, isFetched: true };
  if (repo === undefined) return { fields: {}, types: undefined, isFetched: true };
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(repo)) {
    const place = { ...(ref === undefined ? {} : { ref }), ...(path === undefined ? {} : { path }) };
    return { fields: { workflow_repo: repo, ...place }, types: undefined, isFetched: true };
  }
  return folderSource(repo, ref, path, remarks);
}

async function folderSource(
  repo: string,
  ref: string | undefined,
  wanted: string | undefined,
  remarks: Terminal,
): Promise<Source> {
  const folder = resolve(repo);
  if (!existsSync(folder)) {
    const hint = /^[^/]+@[^/]+:/.test(repo)
      ? "Repositories are read over http(s): write https://host/path."
      : "A repository is named by its address, https://….";
    throw usage(`There is no folder ${repo}.`, hint);
  }
  const path = wanted === undefined ? undefined : pathInside(folder, wanted, ref === undefined);
  const packed = await packFolder(folder, ref);
  if (packed.links.length > 0) {
    remarks.line(
      printable(
        `Symbolic links are not sent: ${packed.links.slice(0, 5).join(", ")}${packed.links.length > 5 ? ", …" : ""}`,
      ),
    );
  }
  const { zip, name, commit, dirty } = packed;
  const fields: Fields = {
    sourceArchive: new Blob([zip], { type: "application/zip" }),
    archiveName: name,
    ...(commit === null ? {} : { commit }),
    ...(dirty === null ? {} : { dirty }),
    ...(path === undefined || path === "" ? {} : { path }),
  };
  return { fields, types: await typesIn(packed, path ?? null), isFetched: false };
}

/** A path as the server takes it, whether it was written from the folder or from here. */
function pathInside(folder: string, wanted: string, mustExist: boolean): string {
  const places = isAbsolute(wanted) ? [wanted] : [join(folder, wanted), resolve(wanted)];
  for (const place of places) {
    const inside = relative(folder, place);
    const isInside = inside !== ".." && !inside.startsWith(`..${sep}`);
    if (isInside && (existsSync(place) || !mustExist)) return inside.split(sep).join("/");
  }
  throw usage(`--path ${wanted} is not in ${folder}.`, "Name a folder or a WDL file inside of --repo.");
}

/** The inputs of the workflow in a packed folder; what is wrong with the workflow is the server's to say. */
async function typesIn({ files }: PackedFolder, path: string | null): Promise<InputTypes> {
  const tree = { paths: [...files.keys()].toSorted(), read: async (file: string) => files.get(file) };
  try {
    const { main } = await findMain(tree, path);
    return await typesOf(main, async (file) => {
      const bytes = files.get(file);
      return bytes && new TextDecoder().decode(bytes);
    });
  } catch (thrown) {
    if (thrown instanceof AweError) return undefined;
    throw thrown;
  }
}

async function typesOf(main: string, read: (file: string) => Promise<string | undefined>): Promise<InputTypes> {
  const program = await loadProgram(main, read, { unreachableHttp: "warning" });
  if (program.diagnostics.some(({ severity }) => severity === "error")) return undefined;
  return new Map(expectedInputs(program).map(({ name, type }) => [name, type]));
}

/** One WDL file and, as Cromwell's zip of dependencies, what it imports from this machine. */
async function documentSource(wdl: string): Promise<Source> {
  const file = resolve(wdl);
  if ((await stat(file).catch(() => undefined))?.isFile() !== true) throw usage(`There is no file ${wdl}.`);
  const folder = dirname(file);
  const main = basename(file);
  const texts = new Map<string, Uint8Array>();
  const types = await typesOf(main, async (name) => {
    const bytes = isHttp(name) ? undefined : await readFile(join(folder, name)).catch(() => undefined);
    if (bytes) texts.set(name, bytes);
    return bytes?.toString("utf8");
  });
  const imported = new Map([...texts].filter(([name]) => name !== main));
  const zip = imported.size === 0 ? undefined : await zipOf(imported);
  return {
    fields: {
      workflowSource: await readFile(file, "utf8"),
      ...(zip ? { workflowDependencies: new Blob([zip], { type: "application/zip" }) } : {}),
    },
    types,
    isFetched: false,
  };
}
