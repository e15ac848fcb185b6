import type { SourceRequest } from "#src/model/submission.ts";
import type { JsonObject } from "#src/model/run.ts";
import { collect, guardedFetch, parseAddress, show, type WebDeps } from "./guarded-fetch.ts";
import { decodeText, parseObject } from "#src/model/source-text.ts";
import type { SourceLimits } from "./limits.ts";
import { refusal } from "#src/model/refusal.ts";
import type { FetchedSource, SourceTree } from "./sources.ts";
import { memoryTree } from "./tree.ts";
import { readZip } from "./zip.ts";

/** What fetching documents by address needs. */
export interface UrlDeps extends WebDeps {
  readonly limits: SourceLimits;
}

/** A source given as addresses of its documents. */
export type UrlRequest = SourceRequest & { kind: "url" };

/**
 * Asks whether every address of the source answers, without reading the documents.
 *
 * @throws {AweError} `invalid_source` for the first that does not.
 */
export async function probeUrls(deps: UrlDeps, source: UrlRequest, signal: AbortSignal): Promise<void> {
  const { workflowUrl, inputsUrls, optionsUrl, labelsUrl, dependenciesUrl } = source;
  const addresses = [workflowUrl, ...inputsUrls, optionsUrl, labelsUrl, dependenciesUrl].filter((url) => url !== null);
  await Promise.all(
    addresses.map((address) =>
      guardedFetch(deps, { url: rawAddress(address), maxBytes: Infinity, signal }, async ({ status, url }) => {
        if (status !== 200) throw notThere(url, status);
      }),
    ),
  );
}

/**
 * Fetches a source that is given as addresses.
 *
 * Its documents have the paths that they have on the main document's server, so that `../tasks/a.wdl` is found as a browser
 * would find it; the dependencies zip lies beside the main document and comes first. Neighbours are fetched when asked for.
 *
 * @throws {AweError} `invalid_source` when one of the addresses cannot be had.
 */
export async function fetchUrls(deps: UrlDeps, source: UrlRequest, signal: AbortSignal): Promise<FetchedSource> {
  const address = new URL(rawAddress(source.workflowUrl));
  const [main, inputs, options, labels, zip] = await Promise.all([
    fetchText(deps, address.href, signal),
    Promise.all(source.inputsUrls.map((url) => fetchObject(deps, url, signal))),
    fetchObject(deps, source.optionsUrl, signal),
    fetchObject(deps, source.labelsUrl, signal),
    fetchZip(deps, source.dependenciesUrl, signal),
  ]);
  const path = localPath(address);
  return {
    tree: neighbours(deps, address, path, new TextEncoder().encode(main), zip, signal),
    commit: null,
    main: path,
    inputs: Object.fromEntries(inputs.flatMap((file) => Object.entries(file))),
    options,
    labels,
  };
}

/**
 * The text of an imported document, or `undefined` when there is none at that address.
 *
 * @throws {AweError} when the address is not allowed or did not answer, which is not the same as "not there".
 */
export async function fetchImport(deps: UrlDeps, address: string, signal: AbortSignal): Promise<string | undefined> {
  const request = { url: rawAddress(address), maxBytes: deps.limits.documentBytes, signal };
  return guardedFetch(deps, request, async ({ status, url, body }) => {
    if (status === 404 || status === 410) return undefined;
    if (status !== 200) throw notThere(url, status);
    return decodeText(await collect(body), show(new URL(url)));
  });
}

/** Pages that show a file on GitHub and GitLab are taken for the file itself, which is what users mean. */
export function rawAddress(address: string): string {
  const url = parseAddress(address);
  const blob = /^\/([^/]+\/[^/]+)\/blob\/(.+)$/.exec(url.pathname);
  if (url.host === "github.com" && blob) return `https://raw.githubusercontent.com/${blob[1]}/${blob[2]}`;
  url.pathname = url.pathname.replace("/-/blob/", "/-/raw/");
  return url.href;
}

function neighbours(
  deps: UrlDeps,
  address: URL,
  main: string,
  text: Uint8Array,
  zip: ReadonlyMap<string, Uint8Array>,
  signal: AbortSignal,
): SourceTree {
  const folder = main.slice(0, main.lastIndexOf("/") + 1);
  const files = new Map([...zip].map(([path, bytes]) => [folder + path, bytes]));
  files.set(main, text);
  let fetched = 0;
  return {
    paths: memoryTree(files).paths,
    read: async (path) => {
      const known = files.get(path) ?? zip.get(path);
      if (known || !path.endsWith(".wdl") || ++fetched > deps.limits.documents) return known;
      const found = await fetchImport(deps, new URL(`/${path}`, address).href, signal);
      return found === undefined ? undefined : new TextEncoder().encode(found);
    },
  };
}

/** The path of the document on its server, which is its path in the closure. */
function localPath(address: URL): string {
  const path = address.pathname.split("/").filter(Boolean).join("/");
  return path === "" ? "main.wdl" : path;
}

async function fetchObject(deps: UrlDeps, address: string | null, signal: AbortSignal): Promise<JsonObject> {
  if (address === null) return {};
  const url = new URL(rawAddress(address));
  return parseObject(await fetchText(deps, url.href, signal), show(url));
}

async function fetchText(deps: UrlDeps, address: string, signal: AbortSignal): Promise<string> {
  const request = { url: address, maxBytes: deps.limits.documentBytes, signal };
  return guardedFetch(deps, request, async ({ status, url, body }) => {
    if (status !== 200) throw notThere(url, status);
    return decodeText(await collect(body), show(new URL(url)));
  });
}

async function fetchZip(
  deps: UrlDeps,
  address: string | null,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Uint8Array>> {
  if (address === null) return new Map();
  const request = { url: rawAddress(address), maxBytes: deps.limits.archiveBytes, signal };
  const bytes = await guardedFetch(deps, request, async ({ status, url, body }) => {
    if (status !== 200) throw notThere(url, status);
    return collect(body);
  });
  return readZip(bytes, deps.limits, "The dependencies zip");
}

function notThere(url: string, status: number): Error {
  return refusal(
    `${show(new URL(url))} answered ${status} instead of the document.`,
    status === 404 ? "Check the address." : "The document must be readable without signing in.",
  );
}
