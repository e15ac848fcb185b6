import { spawn, type ChildProcess } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The root of the project. */
export const PROJECT = join(import.meta.dirname, "../..");

/** What a command did. */
export interface Outcome {
  readonly exit: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** How a command is run. */
export interface Surroundings {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly stdin?: string;
  /** Called with the process once it runs. */
  readonly started?: (child: ChildProcess) => void;
}

/** An empty folder that is gone when it goes out of scope. */
export async function temporaryFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), "awe-cli-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

/**
 * Runs `awe` as its users do, with the pinned Node and nothing of the caller's environment but the search path. The home
 * folder does not exist unless `env` names one.
 */
export function awe(args: readonly string[], { env, cwd, stdin, started }: Surroundings = {}): Promise<Outcome> {
  const child = spawn(process.execPath, [join(PROJECT, "bin/awe.js"), ...args], {
    cwd: cwd ?? PROJECT,
    env: { PATH: process.env["PATH"], HOME: "/nonexistent", ...env },
    stdio: ["pipe", "pipe", "pipe"],
  });
  child.stdin.on("error", () => {});
  child.stdin.end(stdin ?? "");
  started?.(child);
  return outcomeOf(child);
}

function outcomeOf(child: ChildProcess): Promise<Outcome> {
  const texts = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"] as const) {
    child[stream]?.setEncoding("utf8").on("data", (chunk: string) => (texts[stream] += chunk));
  }
  return new Promise((resolve) => {
    child.once("close", (exit) => resolve({ exit, ...texts }));
  });
}
