import { randomUUID } from "node:crypto";
import { createReadStream, existsSync } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { Readable } from "node:stream";

import { AweError } from "#src/errors.ts";
import type { JsonObject } from "#src/model/run.ts";
import { isHttp } from "#src/wdl/imports.ts";
import { expectedInputs } from "#src/wdl/inputs/expected.ts";
import { loadProgram } from "#src/wdl/load.ts";
import { findMain } from "#src/workflows/main-document.ts";
import type { RunSummary } from "#src/workflows/run-view.ts";
import { CliError, EXIT, usage } from "./exit.ts";
import type { Given } from "./given.ts";
import { uploadLocalFiles, type InputTypes } from "./local-inputs.ts";
import { readObjectFile } from "./object-file.ts";
import { packFolder, sizeText, zipOf, type PackedFolder } from "./pack-folder.ts";
import type { Server } from "./server.ts";
import { printable, type Terminal } from "./terminal.ts";

/** What one submission sends: objects go as JSON, bytes as a part of a form. */
type Fields = Record<string, string | number | boolean | JsonObject | Blob>;

/** A source as the server takes it, and what is known here of the workflow's inputs. */
interface Source {
  readonly fields: Fields;
  readonly types: InputTypes;
  /** Whether the server fetches the source, and so finds its faults only after it has accepted the run. */
  readonly isFetched: boolean;
}

/**
 * Sends a submission: packs, uploads, and posts it.
 *
 * @throws {CliError} for what cannot be read or sent, and with the server's findings.
 */
export async function sendSubmission(server: Server, remarks: Terminal, given: Given): Promise<RunSummary> {
  const source = await sourceOf(given, remarks);
  const fields: Fields = { ...source.fields, ...settingsOf(given) };
  const options = given.text("options");
  if (options !== undefined) fields["options"] = await readObjectFile(options);
  const inputs = given.text("inputs");
  if (inputs !== undefined) {
    const upload = (file: string) => uploadFile(server, remarks, file);
    const values = await readObjectFile(inputs);
    fields["inputs"] = await uploadLocalFiles(upload, values, dirname(resolve(inputs)), source.types);
  }
  return post(server, given.name, fields, source.isFetched && !given.flag("hold"));
}

async function sourceOf(given: Given, remarks: Terminal): Promise<Source> {
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
  if (ref !== undefined) throw usage("--ref goes with the address of a repository; a folder is sent as it is.");
  return folderSource(repo, path, remarks);
}

async function folderSource(repo: string, wanted: string | undefined, remarks: Terminal): Promise<Source> {
  const folder = resolve(repo);
  if (!existsSync(folder)) {
    const hint = /^[^/]+@[^/]+:/.test(repo)
      ? "Repositories are read over http(s): write https://host/path."
      : "A repository is named by its address, https://….";
    throw usage(`There is no folder ${repo}.`, hint);
  }
  const path = wanted === undefined ? undefined : pathInside(folder, wanted);
  const packed = await packFolder(folder);
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
function pathInside(folder: string, wanted: string): string {
  const places = isAbsolute(wanted) ? [wanted] : [join(folder, wanted), resolve(wanted)];
  for (const place of places) {
    const inside = relative(folder, place);
    if (inside !== ".." && !inside.startsWith(`..${sep}`) && existsSync(place)) return inside.split(sep).join("/");
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

function settingsOf(given: Given): Fields {
  const label = given.text("label");
  const labels = labelsOf(given.list("labels"));
  const ensemble = given.text("ensemble");
  const priority = given.wholeNumber("priority", -1_000_000, 1_000_000);
  return {
    ...(label === undefined ? {} : { label }),
    ...(labels === undefined ? {} : { labels }),
    ...(given.flag("hold") ? { workflowOnHold: true } : {}),
    ...(ensemble === undefined ? {} : { ensemble }),
    ...(priority === undefined ? {} : { priority }),
  };
}

/** `k=v`, or several parted by commas; a comma that no `key=` follows belongs to the value. */
function labelsOf(texts: readonly string[]): Record<string, string> | undefined {
  const pairs = texts.flatMap((text) => text.split(/,(?=[^,=]+=)/));
  const entries = pairs.map((pair): [string, string] => {
    const equals = pair.indexOf("=");
    if (equals < 1) throw usage(`--labels takes KEY=VALUE, not ${JSON.stringify(pair)}.`);
    return [pair.slice(0, equals), pair.slice(equals + 1)];
  });
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

async function uploadFile(server: Server, remarks: Terminal, file: string): Promise<string> {
  const { size } = await stat(file);
  if (remarks.isTty) remarks.line(`Uploading ${printable(file)} (${sizeText(size)})`);
  const body = Readable.toWeb(createReadStream(file)) as ReadableStream<Uint8Array>;
  const { input } = await server.json<{ input: string }>("POST", ["awe", "v1", "uploads"], {
    query: { name: basename(file) },
    headers: { "content-type": "application/octet-stream" },
    body,
  });
  return input;
}

/** A connection that broke is tried again; the key lets the server see that it is the same submission. */
const ATTEMPTS = 3;

async function post(server: Server, workflow: string, fields: Fields, untilChecked: boolean): Promise<RunSummary> {
  const path = [await server.userName(), workflow];
  const isForm = Object.values(fields).some((value) => value instanceof Blob);
  const key = randomUUID();
  for (let attempt = 1; ; attempt++) {
    try {
      return await server.json<RunSummary>("POST", path, {
        // The server then fetches and checks the source before it answers, so that its faults are shown here.
        ...(untilChecked ? { query: { wait: "check" } } : {}),
        headers: { "idempotency-key": key, ...(isForm ? {} : { "content-type": "application/json" }) },
        body: isForm ? formOf(fields) : JSON.stringify(fields),
      });
    } catch (thrown) {
      if (!isBroken(thrown) || attempt === ATTEMPTS) throw thrown;
    }
  }
}

function isBroken(thrown: unknown): boolean {
  const isLost = thrown instanceof CliError && thrown.exit === EXIT.unreachable && thrown.cause instanceof Error;
  const { code } = (isLost ? ((thrown.cause as Error).cause ?? {}) : {}) as { code?: string };
  return code === "ECONNRESET" || code === "EPIPE" || code === "UND_ERR_SOCKET";
}

function formOf(fields: Fields): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) {
    if (value instanceof Blob) form.append(name, value, name);
    else form.append(name, typeof value === "object" ? JSON.stringify(value) : String(value));
  }
  return form;
}
