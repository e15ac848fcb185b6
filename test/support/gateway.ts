import { type ChildProcess, spawn } from "node:child_process";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";

import { systemClock } from "#src/clock.ts";
import { randomIds } from "#src/ids.ts";
import { issueToken, openLocalIssuer, type TokenRequest } from "#src/local/issuer.ts";

const AWE = fileURLToPath(new URL("../../bin/awe", import.meta.url));

/** A real gateway in a process of its own. */
export interface Gateway {
  readonly url: string;
  readonly dataFolder: string;
  readonly child: ChildProcess;
  /** A token of the gateway's own issuer. */
  token(request: TokenRequest): Promise<string>;
  /** A request as a user of that name. */
  as(user: string, path: string, init?: RequestInit): Promise<Response>;
  /** The run of a workflow once it has ended; throws with all that is known of it after `withinMs`. */
  ended(user: string, workflow: string, withinMs?: number): Promise<RunAnswer>;
  /** All that it has logged. */
  log(): string;
  /** Ends it as an administrator would; the state folder stays. */
  stop(): Promise<void>;
  /** Ends it as a crash would. */
  kill(): Promise<void>;
}

/** What tests read of a run. */
export interface RunAnswer {
  readonly id: string;
  readonly status: string;
  readonly phase: string;
  readonly calls: readonly { readonly key: string; readonly status: string; readonly returnCode: number | null }[];
  readonly outputs: Readonly<Record<string, unknown>> | null;
  readonly failures: readonly {
    readonly message: string;
    readonly causedBy: readonly { readonly message: string }[];
  }[];
}

/** A folder that every account can reach, as users' engines must; removed by `removeFolder`. */
export async function stateFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "awe-test-"));
  await chmod(folder, 0o755);
  return join(folder, "state");
}

/** Removes what `stateFolder` made. */
export async function removeFolder(dataFolder: string): Promise<void> {
  await rm(join(dataFolder, ".."), { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
}

/**
 * Starts `awe serve` on a free port, with `env` added to a bare environment; under another account where `uid` says so,
 * whose the state folder must then be.
 */
export async function startGateway(
  dataFolder: string,
  env: Readonly<Record<string, string>> = {},
  uid?: number,
): Promise<Gateway> {
  const child = spawn(AWE, ["serve"], {
    env: {
      PATH: process.env["PATH"] ?? "/usr/bin:/bin",
      HOME: dataFolder,
      AWE_DATA: dataFolder,
      AWE_PORT: "0",
      AWE_LOG: "warn",
      ...env,
    },
    stdio: ["ignore", "pipe", "pipe"],
    ...(uid === undefined ? {} : { uid, gid: uid }),
  });
  let logged = "";
  child.stderr.on("data", (chunk: Buffer) => (logged += chunk.toString()));
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const url = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).on("line", (line) => {
      const found = /^AWE listens on (\S+)/.exec(line)?.[1];
      if (found) resolve(found);
    });
    void exited.then(() => reject(new Error(`the gateway ended at its start: ${logged}`)));
  });
  const token = async (request: TokenRequest) =>
    issueToken({ issuer: await openLocalIssuer(dataFolder), clock: systemClock, ids: randomIds }, request);
  const tokens = new Map<string, Promise<string>>();
  const as = async (user: string, path: string, init: RequestInit = {}) => {
    if (!tokens.has(user)) tokens.set(user, token({ user }));
    const headers = new Headers(init.headers);
    headers.set("authorization", `Bearer ${await tokens.get(user)}`);
    return fetch(url + path, { ...init, headers });
  };
  const end = async (signal: NodeJS.Signals) => {
    child.kill(signal);
    await exited;
  };
  return {
    url,
    dataFolder,
    child,
    token,
    as,
    async ended(user, workflow, withinMs = 60_000) {
      const deadline = Date.now() + withinMs;
      for (;;) {
        const run = (await (await as(user, `/${user}/${workflow}`)).json()) as RunAnswer;
        if (["succeeded", "failed", "aborted"].includes(run.phase)) return run;
        if (Date.now() > deadline) throw new Error(`${workflow} has not ended: ${JSON.stringify(run)}\n${logged}`);
        await pause(50);
      }
    },
    log: () => logged,
    stop: () => end("SIGTERM"),
    kill: () => end("SIGKILL"),
  };
}

/** The form that starts inline WDL. */
export function inlineForm(workflowSource: string, more: Readonly<Record<string, string>> = {}): FormData {
  const form = new FormData();
  // As a file: the line ends of plain fields become CRLF, which bash takes for part of a command.
  form.set("workflowSource", new Blob([workflowSource]), "source.wdl");
  for (const [name, value] of Object.entries(more)) form.set(name, value);
  return form;
}
