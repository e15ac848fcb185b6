import { constants, type Stats } from "node:fs";
import { open } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";

import { isLoopbackHost } from "#src/loopback.ts";
import type { Context } from "./command.ts";
import { usage } from "./exit.ts";
import type { Given } from "./given.ts";

/** Where the server is, and who calls. */
export interface Connection {
  /** Without a slash at its end; may hold a path. */
  readonly url: string;
  /** Absent where nobody gave one: a server with `AWE_AUTH=none` needs none. */
  readonly token: string | undefined;
  /** Whether the server is on this machine, so that one can be told how to start it. */
  readonly isLocal: boolean;
}

const DEFAULT_URL = "http://127.0.0.1:8080";

/** No token is longer; what is longer is another file. */
const MAX_FILE_BYTES = 65_536;

/**
 * Server and token: from options, else the environment, else the credentials file.
 *
 * A token from a file that names its server is sent to no other server.
 *
 * @throws {CliError} naming what cannot be used.
 */
export async function connectionOf({ env }: Context, given: Given): Promise<Connection> {
  const file = given.text("token-file");
  const own = file === undefined ? undefined : await readCredentials(file);
  if (file !== undefined && own === undefined) throw usage(`There is no file ${file}.`);
  if (own && own.token === undefined) throw usage(`${file} holds no token.`, FORM);
  const named = given.text("server") ?? (env["AWE_URL"] || own?.url);
  const token = own?.token ?? (env["AWE_TOKEN"]?.trim() || undefined);
  const kept = named !== undefined && token !== undefined ? undefined : await readCredentials(credentialsPath(env));
  const url = serverUrl(named ?? kept?.url ?? DEFAULT_URL);
  const isFor = (credentials: Credentials | undefined) =>
    credentials?.url === undefined || serverUrl(credentials.url) === url;
  if (own && !isFor(own)) throw usage(`The token in ${file} is for another server, ${own.url}.`);
  const found = token ?? (isFor(kept) ? kept?.token : undefined);
  if (found !== undefined && !/^[\x21-\x7e]+$/.test(found))
    throw usage("The token holds characters that no token has.");
  return { url, token: found, isLocal: isLoopbackHost(new URL(url).hostname) };
}

function credentialsPath(env: NodeJS.ProcessEnv): string {
  // https://specifications.freedesktop.org/basedir-spec/latest/
  return join(env["XDG_CONFIG_HOME"] || join(env["HOME"] || homedir(), ".config"), "awe", "credentials");
}

interface Credentials {
  readonly url: string | undefined;
  readonly token: string | undefined;
}

const FORM = "Write the token alone, or lines of the form AWE_URL=… and AWE_TOKEN=….";

/** Reads a file with a token; `undefined` if there is none. A pipe will do as well, as in `--token-file <(pass awe)`. */
async function readCredentials(path: string): Promise<Credentials | undefined> {
  let file;
  try {
    file = await open(path, constants.O_RDONLY);
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw thrown;
  }
  try {
    const stat = await file.stat();
    if (stat.isDirectory() || stat.size > MAX_FILE_BYTES) throw usage(`${path} is no file with a token.`, FORM);
    if (isOpenToOthers(stat)) {
      const mode = (stat.mode & 0o777).toString(8);
      throw usage(
        `${path} holds a token and other accounts can read or change it (mode ${mode}).`,
        `chmod 600 ${path}`,
      );
    }
    return parseCredentials(path, await file.readFile("utf8"));
  } finally {
    await file.close();
  }
}

function isOpenToOthers(stat: Stats): boolean {
  return stat.isFile() && (stat.mode & 0o077) !== 0;
}

function parseCredentials(path: string, text: string): Credentials {
  const found: { url: string | undefined; token: string | undefined } = { url: undefined, token: undefined };
  for (const line of text.split("\n").map((line) => line.trim())) {
    if (line === "" || line.startsWith("#")) continue;
    const [, key, value = ""] = /^(?:export +)?(AWE_URL|AWE_TOKEN) *= *"?([^"]*)"?$/.exec(line) ?? [];
    if (key === "AWE_URL") found.url = value;
    else if (key === "AWE_TOKEN") found.token = value;
    else if (/^[\w.~+/-]+$/.test(line)) found.token = line;
    // The line is not repeated: it may hold a secret.
    else throw usage(`${path} has a line that cannot be read.`, FORM);
  }
  return found;
}

function serverUrl(text: string): string {
  const url = URL.parse(text);
  if (!url || (url.protocol !== "http:" && url.protocol !== "https:")) {
    throw usage(
      "The server's address must be of the form http://host:port or https://host.",
      "Set AWE_URL or --server.",
    );
  }
  if (url.username !== "" || url.password !== "") {
    throw usage("The server's address holds a user name or password.", "Give a token with AWE_TOKEN or --token-file.");
  }
  return `${url.origin}${url.pathname.replace(/\/+$/, "")}`;
}
