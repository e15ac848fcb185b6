import { posix } from "node:path";
import { AweError, type Finding } from "#src/errors.ts";
import type { Json } from "#src/model/run.ts";
import { isObject } from "#src/model/source-text.ts";
import type { SourceTree } from "#src/sources/sources.ts";
import { MAX_TOLD } from "#src/wdl/diagnostics.ts";
import { giveWay } from "#src/wdl/give-way.ts";
import { typeWithin } from "#src/wdl/type-rules.ts";
import type { Type } from "#src/wdl/types.ts";

/** An upload that the inputs name. */
export interface NamedUpload {
  readonly uploadId: string;
  readonly name: string;
}

/** Where one value of the inputs was written: what its relative paths are relative to. */
export type Origin =
  /** An inputs file of the source; `folder` is its folder, without slash at the end, empty for the root. */
  | { readonly kind: "file"; readonly file: string; readonly folder: string }
  /** The request itself; relative paths start at the root of the source. */
  | { readonly kind: "request" }
  /** A request whose source has no files of its own. */
  | { readonly kind: "inline" };

/** What resolving needs. */
export interface FileInputsDeps {
  readonly tree: SourceTree;
  /** Why an absolute path may not be used, or `undefined` when it may. Looks at the text only, never at the disk. */
  readonly checkAbsolute: (path: string) => string | undefined;
  /** Bound on all input files of a closure together, in bytes: they are held in memory. */
  readonly maxBytes: number;
}

const UPLOAD = /^awe-upload:([0-9a-f][0-9a-f-]{7,63})\/([^/\\\p{Cc}]{1,255})$/u;
const ADDRESS = /^[a-z][a-z0-9+.-]*:\/\//i;

/**
 * Takes the files of the source that the inputs name into the closure, one input after the other.
 *
 * Collects what it finds: `files` for the closure, `uploads` that must belong to the caller, `findings` for every value that
 * names nothing.
 */
export class FileInputs {
  readonly files = new Map<string, Uint8Array>();
  readonly uploads = new Map<string, NamedUpload>();
  readonly findings: Finding[] = [];
  readonly #deps: FileInputsDeps;
  #bytes = 0;

  constructor(deps: FileInputsDeps) {
    this.#deps = deps;
  }

  /** The value of input `key` with every File in it resolved. `type` is `undefined` where nothing is known of it. */
  async resolve(key: string, value: Json, type: Type | undefined, origin: Origin): Promise<Json> {
    const state: Walk = { origin, seen: 0 };
    return this.#resolve(state, key, value, type);
  }

  /** One value after the other: inputs may hold millions, most of them no files, and reading several files at once gains nothing. */
  async #resolve(walk: Walk, key: string, value: Json, type: Type | undefined): Promise<Json> {
    if (type?.kind === "optional") return this.#resolve(walk, key, value, type.inner);
    if (++walk.seen % VALUES_AT_ONCE === 0) await giveWay();
    if (typeof value === "string") return this.#resolveText(key, value, type, walk.origin);
    if (Array.isArray(value)) {
      const items: Json[] = [];
      for (const [index, item] of (value as readonly Json[]).entries()) {
        const inner = type && typeWithin(type, index);
        items.push(isSettled(item) ? item : await this.#resolve(walk, `${key}[${index}]`, item, inner));
      }
      return items;
    }
    if (!isObject(value)) return value;
    const members: [string, Json][] = [];
    for (const [name, member] of Object.entries(value)) {
      const inner = type && typeWithin(type, name);
      members.push([name, isSettled(member) ? member : await this.#resolve(walk, `${key}.${name}`, member, inner)]);
    }
    return Object.fromEntries(members);
  }

  async #resolveText(key: string, text: string, type: Type | undefined, origin: Origin): Promise<string> {
    // These prefixes become absolute paths at the hand-over wherever they stand, so they are checked wherever they stand.
    if (text.startsWith("awe-closure:")) {
      return this.#refuse(key, origin, text, "starts with awe-closure:, which only AWE itself writes");
    }
    if (text.startsWith("awe-upload:")) return this.#upload(key, text, origin);
    if (type?.kind !== "file" && type?.kind !== "directory") return text;
    if (text.startsWith("file://")) return this.#absolute(key, text.slice("file://".length), origin);
    if (ADDRESS.test(text)) return text;
    if (text.startsWith("/")) return this.#absolute(key, text, origin);
    return this.#relative(key, text, type.kind, origin);
  }

  #upload(key: string, text: string, origin: Origin): string {
    const [, uploadId, name] = UPLOAD.exec(text) ?? [];
    if (uploadId === undefined || name === undefined || name === "." || name === "..") {
      return this.#refuse(
        key,
        origin,
        text,
        "is not the name of an upload",
        "Use the id that POST /awe/v1/uploads gave.",
      );
    }
    this.uploads.set(text, { uploadId, name });
    return text;
  }

  #absolute(key: string, path: string, origin: Origin): string {
    const normal = posix.normalize(path);
    const refused = this.#deps.checkAbsolute(normal);
    return refused === undefined ? normal : this.#refuse(key, origin, path, `cannot be used: ${refused}`);
  }

  async #relative(key: string, text: string, kind: "file" | "directory", origin: Origin): Promise<string> {
    if (origin.kind === "inline") {
      const hint = "Upload the file (POST /awe/v1/uploads) and name the upload, or give an absolute path or address.";
      return this.#refuse(key, origin, text, "is a relative path, and the request brings no files", hint);
    }
    const path = posix.join(origin.kind === "file" ? origin.folder : "", text).replace(/\/$/, "");
    if (path === ".." || path.startsWith("../") || path === "." || /[\\\p{Cc}]/u.test(path)) {
      return this.#refuse(key, origin, text, "leads out of the source");
    }
    const paths = kind === "file" ? [path] : this.#deps.tree.paths.filter((file) => file.startsWith(`${path}/`));
    let found = paths.length > 0;
    for (const file of paths) found &&= await this.#take(file);
    if (!found) {
      const place = origin.kind === "file" ? `relative to ${origin.file}` : "at the root of the source";
      const hint = "Commit the file, upload it, or give an absolute path or address.";
      return this.#refuse(
        key,
        origin,
        text,
        `names ${JSON.stringify(path)}, which the source does not have (${place})`,
        hint,
      );
    }
    return `awe-closure:${path}`;
  }

  async #take(path: string): Promise<boolean> {
    if (this.files.has(path)) return true;
    let bytes: Uint8Array | undefined;
    try {
      bytes = await this.#deps.tree.read(path);
    } catch (thrown) {
      if (!(thrown instanceof AweError)) throw thrown;
      for (const finding of thrown.findings) this.#tell(finding);
      return true;
    }
    if (!bytes) return false;
    if (this.files.has(path)) return true;
    this.#bytes += bytes.byteLength;
    if (this.#bytes > this.#deps.maxBytes) {
      throw new AweError("invalid_source", "The input files of the source are too large.", {
        findings: [
          {
            message: `The input files that the source brings have more than ${this.#deps.maxBytes} bytes together.`,
            hint: "Upload large inputs by themselves, or give absolute paths.",
          },
        ],
      });
    }
    this.files.set(path, bytes);
    return true;
  }

  /** Records a finding and gives the text back as it was. Values of inputs may be secret: only paths are repeated. */
  #refuse(key: string, origin: Origin, text: string, what: string, hint?: string): string {
    this.#tell({
      message: `The input ${key} ${what}.`,
      ...(origin.kind === "file" ? { file: origin.file } : {}),
      ...(hint === undefined ? {} : { hint }),
    });
    return text;
  }

  #tell(finding: Finding): void {
    const { length } = this.findings;
    if (length < MAX_TOLD) this.findings.push(finding);
    else if (length === MAX_TOLD) {
      this.findings.push({
        message: `More than ${MAX_TOLD} values of the inputs cannot be used; the rest is not shown.`,
      });
    }
  }
}

/** Where a walk through one input stands. */
interface Walk {
  readonly origin: Origin;
  seen: number;
}

/** After so many values others have their turn. */
const VALUES_AT_ONCE = 10_000;

function isSettled(value: Json): boolean {
  return typeof value === "number" || typeof value === "boolean" || value === null;
}
