import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";

import type { Account } from "#src/model/account.ts";

/** The whole environment of such a process: nothing of the gateway's. */
const ENVIRONMENT = { PATH: "/usr/local/bin:/usr/bin:/bin", LC_ALL: "C" };

/**
 * Starts a bash script under a user's account, with that account's groups and nothing of the gateway's environment.
 *
 * `args` become `$1`, `$2`, …; the script itself is a constant of ours and never holds what a user sent.
 */
export function bashAs(
  account: Account | null,
  script: string,
  args: readonly string[],
): ChildProcessWithoutNullStreams {
  // No start-up files: bash reads ~/.bashrc when its standard input is a socket, as Node's pipes are.
  const bash = ["--norc", "--noprofile", "-c", script, "awe-as-user", ...args];
  const options = { cwd: "/", env: ENVIRONMENT, stdio: "pipe" } as const;
  if (account === null) return spawn("bash", bash, options);
  // Only `setpriv` brings a named account's supplementary groups along.
  if (account.name !== null) {
    const change = [`--reuid=${account.uid}`, `--regid=${account.gid}`, "--init-groups", "--", "bash", ...bash];
    return spawn("setpriv", change, options);
  }
  return spawn("bash", bash, { ...options, uid: account.uid, gid: account.gid });
}

/** Waits for the end and answers the exit code; a process that could not start or was killed is 255. */
export function ended(child: ChildProcessWithoutNullStreams): Promise<number> {
  return new Promise((resolve) => {
    child.once("error", () => resolve(255));
    child.once("close", (code) => resolve(code ?? 255));
  });
}
