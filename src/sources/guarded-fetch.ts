import { lookup as resolve } from "node:dns/promises";
import { createGunzip } from "node:zlib";
import { Agent, buildConnector, request as send, type Dispatcher } from "undici";
import { AweError, errorText } from "#src/errors.ts";
import { type Allow, isAddressAllowed, isHostAllowed, isPortAllowed } from "./addresses.ts";
import { type SourceLimits, sizeText } from "./limits.ts";
import { refusal } from "#src/model/refusal.ts";

/** Resolves a host name into its IP addresses; rejects for an unknown name. */
export type Lookup = (host: string) => Promise<readonly string[]>;

/** The machine's own resolver. */
export const systemLookup: Lookup = async (host) =>
  (await resolve(host, { all: true, verbatim: true })).map(({ address }) => address);

/** What a guarded fetch needs. */
export interface WebDeps {
  readonly allow: Allow;
  readonly lookup: Lookup;
  readonly limits: Pick<SourceLimits, "idleMs" | "redirects">;
}

/** One request to an address that a caller named. */
export interface WebRequest {
  readonly url: string;
  /** A body makes it a POST, which follows no redirect. */
  readonly body?: Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent to the origin of `url` only, never to where a redirect points. */
  readonly authorization?: string | undefined;
  /** Bound on the body after decompression. */
  readonly maxBytes: number;
  /** Bounds the whole exchange, body included. */
  readonly signal: AbortSignal;
}

/** An answer. `body` may be iterated once, only while the callback of `guardedFetch` runs. */
export interface WebResponse {
  readonly status: number;
  /** The address that answered, after redirects. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: AsyncIterable<Uint8Array>;
}

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/**
 * The one way in which AWE opens an address that a caller named.
 *
 * The name is resolved here, every address is checked, and the connection goes to exactly the checked address, so a name
 * that changes its answer between check and use gains nothing. Each redirect starts over. The connection ends with `read`.
 *
 * @throws {AweError} `invalid_source`; refused and unknown hosts read the same, so that nothing is told of a private network.
 */
export async function guardedFetch<T>(
  deps: WebDeps,
  request: WebRequest,
  read: (response: WebResponse) => Promise<T>,
): Promise<T> {
  let url = parseAddress(request.url);
  const first = url.origin;
  for (let hops = 0; hops <= deps.limits.redirects; hops++) {
    const agent = await agentFor(deps, url, request.signal);
    try {
      const response = await open(deps, request, url, agent, url.origin === first);
      const location = redirectOf(response);
      if (location === undefined) return await read(answer(request, url, response));
      if (request.body)
        throw refusal(`${show(url)} answers a POST with a redirect.`, "Give the address it redirects to.");
      url = nextAddress(url, location);
    } finally {
      await agent.destroy();
    }
  }
  throw refusal(
    `${show(parseAddress(request.url))} redirects more than ${deps.limits.redirects} times.`,
    "Give the address where the redirects end.",
  );
}

/** The whole body, as bytes. */
export async function collect(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/**
 * Reads an address that a caller named.
 *
 * @throws {AweError} unless it is a plain http(s) address without user name and password.
 */
export function parseAddress(text: string): URL {
  const url = URL.parse(text);
  if (!url) {
    const shown = text.replace(/^.*@/s, "").slice(0, 200);
    throw refusal(`"${shown}" is not an address.`, "Give an address that starts with https://.");
  }
  if (url.protocol !== "https:" && url.protocol !== "http:") {
    throw refusal(`An address that starts with ${url.protocol} cannot be fetched.`, "Give an https:// address.");
  }
  if (url.username !== "" || url.password !== "") {
    throw refusal(
      `The address on ${url.host} holds a user name or password.`,
      `Take them out of the address and store them with: awe credentials put ${url.host}`,
    );
  }
  url.hash = "";
  return url;
}

/** An address as errors show it: without its query, which may hold a token. */
export function show(url: URL): string {
  return `${url.origin}${url.pathname}`;
}

/** Resolves and checks the host of `url`; the agent connects nowhere else. */
async function agentFor(deps: WebDeps, url: URL, signal: AbortSignal): Promise<Agent> {
  const host = url.hostname;
  const port = Number(url.port) || (url.protocol === "https:" ? 443 : 80);
  const isListed = isHostAllowed(deps.allow, host, port);
  if (!isListed && !isPortAllowed(port)) throw notAllowed(url);
  const literal = host.replace(/^\[|\]$/g, "");
  const isLiteral = host.startsWith("[") || /^[\d.]+$/.test(host);
  const found = isLiteral
    ? [literal]
    : await within(
        signal,
        url,
        deps.lookup(host).catch(() => []),
      );
  const addresses = isListed ? found : found.filter((address) => isAddressAllowed(deps.allow, address));
  if (addresses.length === 0) throw notAllowed(url);
  const connect = buildConnector({ timeout: 10_000 });
  const servername = isLiteral ? "" : host;
  return new Agent({
    connections: 1,
    pipelining: 1,
    maxHeaderSize: 32 * 1024,
    connect: (options, callback) => {
      const attempt = (index: number): void =>
        connect({ ...options, hostname: addresses[index] ?? "", servername }, (...result) => {
          if (result[0] && index + 1 < addresses.length) attempt(index + 1);
          else callback(...result);
        });
      attempt(0);
    },
  });
}

function notAllowed(url: URL): AweError {
  return refusal(
    `The address ${url.origin} is not allowed, or its host does not exist.`,
    "Check the spelling; hosts of a private network must be listed in AWE_SOURCE_ALLOW by whoever runs AWE.",
  );
}

async function open(
  deps: WebDeps,
  request: WebRequest,
  url: URL,
  dispatcher: Agent,
  isFirstOrigin: boolean,
): Promise<Dispatcher.ResponseData> {
  const headers: Record<string, string> = { "user-agent": "awe", "accept-encoding": "identity", ...request.headers };
  if (request.authorization !== undefined && isFirstOrigin) headers["authorization"] = request.authorization;
  try {
    const response = await send(url, {
      dispatcher,
      method: request.body ? "POST" : "GET",
      headers,
      body: request.body ?? null,
      signal: request.signal,
      headersTimeout: deps.limits.idleMs,
      bodyTimeout: deps.limits.idleMs,
    });
    // A body that nobody reads tells its end as an error event, which ends the process where nobody listens.
    response.body.on("error", () => {});
    return response;
  } catch (thrown) {
    throw unanswered(url, thrown, request.signal);
  }
}

function redirectOf(response: Dispatcher.ResponseData): string | undefined {
  if (!REDIRECTS.has(response.statusCode)) return undefined;
  const { location } = response.headers;
  return typeof location === "string" ? location : undefined;
}

function nextAddress(from: URL, location: string): URL {
  const text = URL.parse(location, from.href)?.href;
  if (text === undefined) throw refusal(`${show(from)} redirects to something that is not an address.`);
  const to = parseAddress(text);
  if (from.protocol === "https:" && to.protocol === "http:") {
    throw refusal(`${show(from)} redirects from https to http.`, "Give the https:// address where the redirects end.");
  }
  return to;
}

function answer(request: WebRequest, url: URL, response: Dispatcher.ResponseData): WebResponse {
  const headers = Object.fromEntries(
    Object.entries(response.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(", ") : (value ?? ""),
    ]),
  );
  return { status: response.statusCode, url: url.href, headers, body: bounded(request, url, headers, response.body) };
}

/** The decoded body, which ends with an error as soon as it grows beyond the limit. */
async function* bounded(
  request: WebRequest,
  url: URL,
  headers: Readonly<Record<string, string>>,
  raw: Dispatcher.ResponseData["body"],
): AsyncGenerator<Uint8Array> {
  const tooLarge = () => refusal(`${show(url)} is larger than the limit of ${sizeText(request.maxBytes)}.`);
  const encoding = headers["content-encoding"]?.toLowerCase() ?? "identity";
  if (Number(headers["content-length"]) > request.maxBytes) throw tooLarge();
  if (encoding !== "identity" && encoding !== "gzip" && encoding !== "x-gzip") {
    throw refusal(`${show(url)} is sent in the encoding "${encoding.slice(0, 20)}", which was not asked for.`);
  }
  let total = 0;
  try {
    const body = encoding === "identity" ? raw : raw.compose<ReturnType<typeof createGunzip>>(createGunzip());
    for await (const chunk of body as AsyncIterable<Buffer>) {
      total += chunk.byteLength;
      if (total > request.maxBytes) throw tooLarge();
      yield chunk;
    }
  } catch (thrown) {
    throw thrown instanceof AweError ? thrown : unanswered(url, thrown, request.signal);
  }
}

/** `promise`, or the error of `signal` where that comes first; DNS itself cannot be cancelled. */
async function within<T>(signal: AbortSignal, url: URL, promise: Promise<T>): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(unanswered(url, signal.reason, signal));
  if (signal.aborted) onAbort();
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

function unanswered(url: URL, cause: unknown, signal: AbortSignal): AweError {
  const code = typeof cause === "object" && cause !== null && "code" in cause ? String(cause.code) : "";
  if (signal.aborted || /TIMEOUT/.test(code)) {
    return refusal(`${show(url)} did not answer in time.`, "Try again later.", undefined, cause);
  }
  if (/CERT|SSL|TLS|SELF_SIGNED/.test(code)) {
    return refusal(
      `The certificate of ${url.host} is not trusted (${code}).`,
      "Whoever runs AWE can name an authority of your own in NODE_EXTRA_CA_CERTS.",
      undefined,
      cause,
    );
  }
  return refusal(
    `${url.origin} cannot be reached (${code || errorText(cause).slice(0, 80)}).`,
    "Check the address, or try again later.",
    undefined,
    cause,
  );
}
