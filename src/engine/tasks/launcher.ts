import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import type { Readable } from "node:stream";

/** What is heard of a script that was launched. */
interface LaunchListener {
  /** The script's process has been made; it leads a session and a process group of its own. */
  started(pid: number): void;
  /** The script said on descriptor 3 that it ends. One that is killed says nothing. */
  done(): void;
  /** The launcher itself has gone, so nothing will be heard; the script may or may not run. */
  lost(): void;
}

/**
 * Starts scripts, each as the leader of a session of its own, so that they outlive the engine.
 *
 * A fork of the engine copies its page tables and stops its event loop meanwhile: 2 ms with 55 MB, 13 ms with 260 MB
 * resident. So one small bash does the forking; it reads requests and ends when the engine does.
 */
export interface Launcher {
  /** A fresh token; the script named in `launch` with it prints it on descriptor 3 when it ends. */
  token(): string;
  launch(script: string, token: string, listener: LaunchListener): void;
  /** Forgets a launch: its listener hears nothing more. */
  forget(token: string): void;
  /** Ends the launcher, not the scripts. */
  close(): void;
}

/** Where util-linux and busybox put it. */
const SETSID = ["/usr/bin/setsid", "/bin/setsid"];

// Descriptors that the engine itself was given (its secrets come through one) go no further. `exec -c` empties the
// environment; what a task may see is exported by its script.
const LOOP = `for fd in /proc/self/fd/*; do
  fd=\${fd##*/}
  if ((fd > 3)); then eval "exec $fd>&-"; fi
done
while IFS= read -r -d '' token && IFS= read -r -d '' script; do
  exec -c "$0" /bin/bash "$script" < /dev/null > /dev/null 2>&1 &
  echo "+$token $!" >&3
done`;

/** A launcher whose bash is started at the first launch, and again if it dies. */
export function createLauncher(): Launcher {
  const setsid = SETSID.find((path) => existsSync(path));
  if (!setsid)
    throw new Error(`The program setsid (package util-linux) is missing: it is none of ${SETSID.join(", ")}.`);
  const listeners = new Map<string, LaunchListener>();
  let shell: ChildProcess | undefined;
  let lastToken = 0;

  const hear = (line: string) => {
    const [, token = "", pid] = /^\+(\S+) (\d+)$/.exec(line) ?? [];
    if (pid !== undefined) listeners.get(token)?.started(Number(pid));
    else listeners.get(line)?.done();
  };

  const start = (): ChildProcess => {
    // No start-up files: bash reads ~/.bashrc when its standard input is a socket, as Node's pipes are.
    const child = spawn("/bin/bash", ["--norc", "--noprofile", "-c", LOOP, setsid], {
      cwd: "/",
      env: {},
      stdio: ["pipe", "ignore", "ignore", "pipe"],
      detached: true,
    });
    // The requests in the pipe of a launcher that died are lost with it; `gone` tells the listeners.
    child.stdin?.on("error", () => {});
    const gone = () => {
      if (shell !== child) return;
      shell = undefined;
      const orphans = [...listeners.values()];
      listeners.clear();
      for (const listener of orphans) listener.lost();
    };
    child.on("error", gone);
    child.on("exit", gone);
    // Where no more files can be opened there are no streams, and the event "error" follows.
    const streams = (child.stdio as ChildProcess["stdio"] | undefined) ?? [];
    if (streams[3]) readLines(streams[3] as Readable, hear);
    // An idle launcher does not keep the engine from ending: whoever waits for a script holds a timer.
    child.unref();
    for (const stream of streams) (stream as { unref?(): void } | null)?.unref?.();
    return child;
  };

  return {
    token: () => String(++lastToken),
    launch(script, token, listener) {
      listeners.set(token, listener);
      shell ??= start();
      shell.stdin?.write(`${token}\0${script}\0`);
    },
    forget: (token) => void listeners.delete(token),
    close() {
      shell?.stdin?.end();
      shell?.stdio[3]?.destroy();
      shell = undefined;
      listeners.clear();
    },
  };
}

function readLines(stream: Readable, hear: (line: string) => void): void {
  let rest = "";
  stream.setEncoding("utf8");
  stream.on("error", () => {});
  stream.on("data", (chunk: string) => {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) hear(line);
  });
}
