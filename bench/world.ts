import { type ChildProcess, spawn } from "node:child_process";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

import { type FormData, Pool } from "undici";

import { systemClock } from "#src/clock.ts";
import { randomIds } from "#src/ids.ts";
import { issueToken, openLocalIssuer } from "#src/local/issuer.ts";

/** The project's root. */
export const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** A server to measure, and a way to ask it. */
export interface Server {
  readonly child: ChildProcess;
  readonly origin: string;
  /** Sends a request and reads the whole answer. */
  ask(method: "GET" | "POST", path: string, body?: string | FormData): Promise<{ status: number; text: string }>;
  stop(): Promise<void>;
}

/** A folder that every account can reach, removed by the caller. */
export async function workFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "awe-bench-"));
  await chmod(folder, 0o755);
  return folder;
}

/** Removes a work folder with all in it. */
export function removeFolder(folder: string): Promise<void> {
  return rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
}

/** Starts a program that says its origin in a line of its output; asked with a token where one is given. */
export async function startServer(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  originOf: (line: string) => string | undefined,
  token?: () => Promise<string>,
): Promise<Server> {
  const child = spawn(command, args, {
    cwd: ROOT,
    env: { PATH: process.env["PATH"] ?? "", ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const origin = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).on("line", (line) => {
      const found = originOf(line);
      if (found !== undefined) resolve(found);
    });
    void exited.then(() => reject(new Error(`${command} ${args.join(" ")} ended at its start`)));
  });
  const pool = new Pool(origin, { connections: 32 });
  const authorization = token ? { authorization: `Bearer ${await token()}` } : {};
  return {
    child,
    origin,
    async ask(method, path, body) {
      const type = typeof body === "string" ? { "content-type": "application/json" } : {};
      const headers = { ...authorization, ...type };
      const answer = await pool.request({ method, path, headers, body: body ?? null });
      return { status: answer.statusCode, text: await answer.body.text() };
    },
    async stop() {
      await pool.destroy();
      child.kill("SIGTERM");
      await exited;
    },
  };
}

/** A real gateway with a state folder of its own; asked as `alice`. */
export function startGateway(folder: string): Promise<Server> {
  const data = join(folder, "state");
  const token = async () =>
    issueToken({ issuer: await openLocalIssuer(data), clock: systemClock, ids: randomIds }, { user: "alice" });
  return startServer(
    join(ROOT, "bin/awe"),
    ["serve"],
    { HOME: folder, AWE_DATA: data, AWE_PORT: "0", AWE_LOG: "warn" },
    (line) => /^AWE listens on (\S+)/.exec(line)?.[1],
    token,
  );
}

/** The embedded engine by itself, on a port. */
export function startEngine(folder: string): Promise<Server> {
  const args = [join(ROOT, "src/engine/main.ts"), "--port", "0", "--root", join(folder, "engine")];
  return startServer(process.execPath, args, { HOME: folder }, (line) => {
    const { listening } = JSON.parse(line) as { listening: { host: string; port: number } };
    return `http://${listening.host}:${listening.port}`;
  });
}

/** A bare server of this folder, for a baseline; it prints its origin. */
export function startBare(name: "pass-through" | "one-row", env: Readonly<Record<string, string>>): Promise<Server> {
  return startServer(process.execPath, [join(ROOT, `bench/${name}.ts`)], env, (line) => line);
}

/** Waits until an answer of `path` matches. */
export async function until(server: Server, path: string, pattern: RegExp): Promise<string> {
  for (;;) {
    const { text } = await server.ask("GET", path);
    if (pattern.test(text)) return text;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
