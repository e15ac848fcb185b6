import type { Finding } from "#src/errors.ts";
import type { Context } from "./command.ts";
import { connectionOf, type Connection } from "./connection.ts";
import { CliError, EXIT } from "./exit.ts";
import type { Given } from "./given.ts";

/** What a request carries besides its address. */
interface Sent {
  readonly query?: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: FormData | string | ReadableStream<Uint8Array>;
  readonly signal?: AbortSignal;
  /** Statuses that are answers here, not refusals. */
  readonly allow?: readonly number[];
}

/** An AWE server as the commands call it. */
export interface Server {
  readonly url: string;
  readonly isLocal: boolean;
  /**
   * Sends a request; an answer of 400 and above is thrown. `path` is given in segments, which are encoded here.
   *
   * @throws {CliError} `refused` with the server's findings, `unreachable`, or what `sent.signal` was aborted with.
   */
  readonly send: (method: string, path: readonly string[], sent?: Sent) => Promise<Response>;
  /** The same for answers in JSON. */
  readonly json: <T>(method: string, path: readonly string[], sent?: Sent) => Promise<T>;
  /** The caller's own name at the server. */
  readonly userName: () => Promise<string>;
}

/** The server that the options, the environment or the credentials file name. */
export async function serverOf(context: Context, given: Given): Promise<Server> {
  return serverAt(await connectionOf(context, given));
}

/** A server at a known place. */
export function serverAt(connection: Connection): Server {
  const send: Server["send"] = async (method, path, sent = {}) => {
    const response = await attempt(connection, method, address(connection.url, path, sent.query), sent);
    if (response.ok || sent.allow?.includes(response.status) === true) return response;
    throw await refusal(connection, response);
  };
  const json = async <T>(method: string, path: readonly string[], sent?: Sent): Promise<T> => {
    const response = await send(method, path, sent);
    const text = await response.text().catch((cause: unknown) => Promise.reject(unreachable(connection, cause)));
    try {
      return JSON.parse(text) as T;
    } catch (cause) {
      throw new CliError(EXIT.unreachable, `What answers at ${connection.url} is not AWE: it sends no JSON.`, {
        cause,
      });
    }
  };
  let me: Promise<string> | undefined;
  const userName = () => (me ??= json<{ user: string }>("GET", ["awe", "v1", "me"]).then(({ user }) => user));
  return { url: connection.url, isLocal: connection.isLocal, send, json, userName };
}

function address(base: string, path: readonly string[], query: Sent["query"]): string {
  const url = new URL(`${base}/${path.map(encodeURIComponent).join("/")}`);
  for (const [name, value] of Object.entries(query ?? {})) {
    for (const each of value === undefined ? [] : [value].flat()) url.searchParams.append(name, each);
  }
  return url.href;
}

async function attempt(connection: Connection, method: string, url: string, sent: Sent): Promise<Response> {
  const { token } = connection;
  try {
    return await fetch(url, {
      method,
      headers: { ...(token === undefined ? {} : { authorization: `Bearer ${token}` }), ...sent.headers },
      // A redirect could carry the token elsewhere.
      redirect: "manual",
      ...(sent.body === undefined ? {} : { body: sent.body, duplex: "half" }),
      ...(sent.signal === undefined ? {} : { signal: sent.signal }),
    });
  } catch (cause) {
    if (sent.signal?.aborted === true) throw cause;
    throw unreachable(connection, cause);
  }
}

/** What Node says of a certificate that no authority it knows has signed. */
const UNTRUSTED = /^(DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_(VERIFY_LEAF|GET_ISSUER).*)$/;

function unreachable({ url, isLocal }: Connection, cause: unknown): CliError {
  const inner = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause;
  const code = (inner as NodeJS.ErrnoException | undefined)?.code ?? "";
  if (UNTRUSTED.test(code)) {
    const hint =
      "If it is your own, name it: export NODE_EXTRA_CA_CERTS=FILE (on the server it is tls/cert.pem in AWE_DATA).";
    return new CliError(EXIT.unreachable, `The certificate of ${url} is signed by nobody that is known here.`, {
      hint,
      cause,
    });
  }
  const why = code === "ECONNREFUSED" ? "nothing listens there" : code || (inner instanceof Error ? inner.message : "");
  const hint = isLocal
    ? "Start one with: npm start. Is it elsewhere? Name it with --server URL or AWE_URL."
    : "Check the address in AWE_URL or --server, and the network.";
  return new CliError(EXIT.unreachable, `No server can be reached at ${url} (${why}).`, { hint, cause });
}

/** The body of AWE's and of Cromwell's refusals. */
interface Refusal {
  readonly message?: unknown;
  readonly errors?: readonly Finding[];
}

async function refusal(connection: Connection, response: Response): Promise<CliError> {
  const { status } = response;
  if (status < 400) {
    const to = response.headers.get("location") ?? "somewhere else";
    return new CliError(EXIT.refused, `${connection.url} redirects to ${to}.`, {
      hint: "Name the address that it leads to.",
    });
  }
  const text = await response.text().catch(() => "");
  const body = parsed(text);
  const said = typeof body?.message === "string" ? body.message : `The server answers ${status}.`;
  const retry = response.headers.get("retry-after");
  const hint =
    status === 401 ? tokenRemedy(connection) : status === 503 && retry ? `Try again in ${retry} s.` : undefined;
  return new CliError(status < 500 ? EXIT.refused : EXIT.unreachable, said, {
    findings: Array.isArray(body?.errors) ? body.errors : [],
    hint,
    body,
  });
}

function parsed(text: string): Refusal | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

/** What to do when the server wants to know who calls. */
function tokenRemedy({ token, isLocal }: Connection): string {
  const make = 'export AWE_TOKEN="$(npx awe token --user NAME)"';
  if (!isLocal) return "Give a token of your institution's with AWE_TOKEN, --token-file or ~/.config/awe/credentials.";
  return token === undefined
    ? `Make a token and try again:\n  ${make}`
    : `Make a new token, in the folder that the server was started in (or with its AWE_DATA), and try again:\n  ${make}`;
}
