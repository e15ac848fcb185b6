import type { Account } from "#src/model/account.ts";
import type { EngineAddress } from "./fleet.ts";

/** How to start an engine's program and where it will answer. */
export interface EngineProgram {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /**
   * First line written to descriptor 3. The descriptor stays open for the gateway's life: its end tells the program
   * that the gateway is gone, and the program then ends as well.
   */
  readonly firstLine: string;
  readonly address: EngineAddress;
  /** Account to start under, where the program does not change to it by itself. */
  readonly account: Account | null;
}

/** Makes the program of a user's engine. */
export type ProgramOf = (userName: string, account: Account | null, folder: string) => Promise<EngineProgram>;

/**
 * What tasks see beside `HOME` and `TMPDIR`; nothing of the gateway's own environment is passed on.
 *
 * `PATH` and the locale are the gateway's because a site puts its tools there.
 */
export function listedEnvironment(
  env: Readonly<Record<string, string | undefined>>,
  home: string,
  userName: string,
): Record<string, string> {
  const listed: Record<string, string> = { HOME: home, USER: userName, LOGNAME: userName, SHELL: "/bin/bash" };
  for (const name of ["PATH", "LANG", "LC_ALL", "TZ"]) {
    const value = env[name];
    if (value !== undefined) listed[name] = value;
  }
  listed["PATH"] ??= "/usr/local/bin:/usr/bin:/bin";
  return listed;
}
