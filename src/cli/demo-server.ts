import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";

import { CliError, EXIT } from "./exit.ts";

/** A server of one's own, for as long as it takes. */
export interface DemoServer extends AsyncDisposable {
  readonly url: string;
  readonly token: string;
}

const PROGRAM = join(import.meta.dirname, "../../bin/awe.js");

/** Starting takes well under a second; a machine that is busy may need longer. */
const START_MS = 30_000;
const STOP_MS = 15_000;

/** What a server of this machine's inherits: nothing that is AWE's own. */
function environment(env: NodeJS.ProcessEnv, dataFolder: string): NodeJS.ProcessEnv {
  const others = Object.entries(env).filter(([name]) => !name.startsWith("AWE_"));
  const own = { AWE_HOST: "127.0.0.1", AWE_PORT: "0", AWE_DATA: dataFolder, AWE_LOG: "error" };
  return { ...Object.fromEntries(others), ...own };
}

/**
 * Starts a server on a free port with a state folder of its own; both are gone once it is disposed of.
 *
 * @throws {CliError} with what the server said, when it does not start.
 */
export async function startDemoServer(env: NodeJS.ProcessEnv, user: string): Promise<DemoServer> {
  const dataFolder = await mkdtemp(join(tmpdir(), "awe-demo-"));
  // A group of its own, so that Ctrl-C reaches the command first, which then stops the server in order.
  const own = environment(env, dataFolder);
  const child = spawn(process.execPath, [PROGRAM, "serve"], {
    env: own,
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  const ended = once(child, "exit");
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => (said = `${said}${chunk.toString()}`.slice(-2_000)));
  const dispose = async (): Promise<void> => {
    child.kill("SIGTERM");
    const timer = setTimeout(() => child.kill("SIGKILL"), STOP_MS);
    await ended;
    clearTimeout(timer);
    await removeState(dataFolder);
  };
  try {
    const url = await listening(createInterface(child.stdout), ended);
    if (url === undefined) throw new CliError(EXIT.unreachable, `The server does not start: ${said.trim()}`);
    const { stdout } = await promisify(execFile)(process.execPath, [PROGRAM, "token", "--user", user], { env: own });
    return { url, token: stdout.trim(), [Symbol.asyncDispose]: dispose };
  } catch (thrown) {
    await dispose();
    throw thrown;
  }
}

/** The address that the server prints first; `undefined` when it ends or says nothing for too long. */
async function listening(lines: AsyncIterable<string>, ended: Promise<unknown>): Promise<string | undefined> {
  const address = (async () => {
    for await (const line of lines) {
      const url = /^AWE listens on (\S+)$/.exec(line)?.[1];
      if (url !== undefined) return url;
    }
    return undefined;
  })();
  const { promise: late, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => resolve(undefined), START_MS);
  const first = await Promise.race([address, late, ended.then(() => undefined)]);
  clearTimeout(timer);
  return first;
}

/** Where other accounts cannot reach the state folder, the users' part is elsewhere and a link leads there. */
async function removeState(dataFolder: string): Promise<void> {
  const users = await realpath(join(dataFolder, "users")).catch(() => undefined);
  if (users !== undefined) await rm(users, { recursive: true, force: true });
  await rm(dataFolder, { recursive: true, force: true, maxRetries: 5 });
}
