import * as git from "isomorphic-git";
import type { GitHttpRequest, GitHttpResponse, HttpClient } from "isomorphic-git";
import type { AweError } from "#src/errors.ts";
import { isHostAllowed } from "./addresses.ts";
import type { RemoteRef } from "./git-refs.ts";
import { collect, guardedFetch, show, type WebDeps } from "./guarded-fetch.ts";
import type { SourceLimits } from "./limits.ts";
import { refusal } from "#src/model/refusal.ts";
import type { FindCredential, HostCredential } from "./sources.ts";

/** What speaking to a Git server needs. */
export interface GitDeps extends WebDeps {
  readonly limits: SourceLimits;
}

/** A repository that has answered, with all that later requests need. */
export interface GitSession {
  /** As shown to the user: without query. */
  readonly repo: string;
  /** Where the repository really is, after redirects. */
  readonly url: string;
  readonly refs: readonly RemoteRef[];
  /** For isomorphic-git: the advertisement is replayed, so that refs cannot move in between; the rest is fetched, guarded. */
  readonly http: HttpClient;
}

const ADVERTISEMENT = "application/x-git-upload-pack-advertisement";

interface Advertisement {
  readonly base: URL;
  readonly authorization: string | undefined;
  readonly bytes: Buffer;
}

/**
 * Opens a repository: asks for its refs, first without and, where the server wants one, with the stored credential.
 *
 * @throws {AweError} `invalid_source` when it is not there, not for the caller, or no repository. Never holds the credential.
 */
export async function openSession(
  deps: GitDeps,
  repo: URL,
  credential: FindCredential,
  signal: AbortSignal,
): Promise<GitSession> {
  const { base, authorization, bytes } = await advertisement(deps, repo, credential, signal);
  const replay = async (request: GitHttpRequest): Promise<GitHttpResponse> => ({
    url: request.url,
    statusCode: 200,
    statusMessage: "OK",
    headers: { "content-type": ADVERTISEMENT },
    body: once(bytes),
  });
  const http: HttpClient = {
    request: async (request) =>
      request.method === "GET" ? replay(request) : post(deps, request, base.origin, authorization, signal),
  };
  const url = base.href;
  const refs = await git.listServerRefs({ http, url, protocolVersion: 1, peelTags: true }).catch((cause: unknown) => {
    throw notARepository(repo, cause);
  });
  return { repo: show(repo), url, refs, http };
}

/** Asks with and without credential, and with `.git` where the bare name is unknown. */
async function advertisement(
  deps: GitDeps,
  repo: URL,
  find: FindCredential,
  signal: AbortSignal,
): Promise<Advertisement> {
  let stored: HostCredential | undefined;
  const spellings = repo.pathname.endsWith(".git") ? [repo.href] : [repo.href, `${repo.href}.git`];
  let status = 404;
  for (const withCredential of [false, true]) {
    if (withCredential) stored = isPrivate(status) ? await usableCredential(deps, repo, find) : undefined;
    if (withCredential && !stored) break;
    const authorization = stored && basic(stored);
    for (const spelling of spellings) {
      const outcome = await ask(deps, spelling, repo, authorization, signal);
      if (typeof outcome !== "number") return outcome;
      status = outcome;
      if (status !== 404) break;
    }
  }
  throw refused(repo, status, stored !== undefined);
}

/** The advertisement, or the status that came instead of it. */
function ask(
  deps: GitDeps,
  base: string,
  repo: URL,
  authorization: string | undefined,
  signal: AbortSignal,
): Promise<Advertisement | number> {
  const suffix = "/info/refs?service=git-upload-pack";
  const request = { url: base + suffix, authorization, maxBytes: deps.limits.refsBytes, signal };
  return guardedFetch(deps, request, async ({ status, url, headers, body }) => {
    if (status !== 200) return status;
    const bytes = await collect(body);
    if (headers["content-type"]?.split(";")[0] !== ADVERTISEMENT || !url.endsWith(suffix)) {
      throw /^[0-9a-f]{40}\t/.test(bytes.toString("latin1", 0, 41))
        ? refusal(
            `The server of ${show(repo)} speaks only Git's "dumb" HTTP protocol.`,
            "Serve it through git http-backend, or send the folder with: awe submit NAME --repo FOLDER",
          )
        : notARepository(repo);
    }
    if (!isOrderly(bytes)) throw notARepository(repo);
    const found = new URL(url.slice(0, -suffix.length));
    // A credential belongs to the host that it is stored for: it does not follow a redirect to another.
    return { base: found, authorization: found.origin === repo.origin ? authorization : undefined, bytes };
  });
}

async function post(
  deps: GitDeps,
  { url, headers, body }: GitHttpRequest,
  origin: string,
  authorization: string | undefined,
  signal: AbortSignal,
): Promise<GitHttpResponse> {
  const request = {
    url,
    headers: headers ?? {},
    body: body ? await collect(body) : new Uint8Array(),
    authorization: new URL(url).origin === origin ? authorization : undefined,
    maxBytes: deps.limits.packBytes,
    signal,
  };
  return guardedFetch(deps, request, async (response) => ({
    url: response.url,
    statusCode: response.status,
    statusMessage: "",
    headers: { ...response.headers },
    body: once(await collect(response.body)),
  }));
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

/** A password goes over https, or to a host that the operator has listed. */
async function usableCredential(deps: GitDeps, repo: URL, find: FindCredential): Promise<HostCredential | undefined> {
  const isSafe = repo.protocol === "https:" || isHostAllowed(deps.allow, repo.hostname, Number(repo.port) || 80);
  return isSafe ? find(repo.host) : undefined;
}

function basic({ userName, password }: HostCredential): string {
  return `Basic ${Buffer.from(`${userName}:${password}`).toString("base64")}`;
}

/** Servers hide private repositories behind any of these. */
function isPrivate(status: number): boolean {
  return status === 401 || status === 403 || status === 404;
}

function refused(repo: URL, status: number, hadCredential: boolean): AweError {
  if (!isPrivate(status)) return refusal(`The server of ${show(repo)} answered ${status}.`, "Try again later.");
  return hadCredential
    ? refusal(
        `The repository ${show(repo)} does not exist, or the stored credential for ${repo.host} may not read it.`,
        `Check the address, or store another credential with: awe credentials put ${repo.host}`,
      )
    : refusal(
        `The repository ${show(repo)} does not exist or needs a credential.`,
        `Check the address; if it is private, store a credential with: awe credentials put ${repo.host}`,
      );
}

function notARepository(repo: URL, cause?: unknown): AweError {
  return refusal(`${show(repo)} is not a Git repository.`, "Give the address that git clone takes.", undefined, cause);
}

/** Whether each peeled tag follows its tag, as Git writes them; isomorphic-git searches all refs for one that does not. */
function isOrderly(bytes: Buffer): boolean {
  let last = "";
  for (const [, name = ""] of bytes.toString("latin1").matchAll(/[0-9a-f]{40} ([^\n\0]+)/g)) {
    if (name.endsWith("^{}") && name !== "capabilities^{}" && name !== `${last}^{}`) return false;
    last = name;
  }
  return true;
}
