import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import type { Clock } from "#src/clock.ts";
import { cromwellEngines } from "#src/engines/cromwell.ts";
import { cromwellJarProgram } from "#src/fleet/cromwell-jar.ts";
import { embeddedProgram } from "#src/fleet/embedded.ts";
import type { EngineAddress, Fleet } from "#src/fleet/fleet.ts";
import { localFleet } from "#src/fleet/local.ts";
import type { ProgramOf } from "#src/fleet/program.ts";
import { userFolders } from "#src/local/state-folder.ts";
import { jsonLog } from "#src/log.ts";
import type { Account } from "#src/model/account.ts";

const STAND_IN = fileURLToPath(new URL("./stand-in-java.ts", import.meta.url));

/** A fleet of real processes in a folder of its own, with a clock that stands still until it is moved. */
export interface FleetFixture {
  readonly fleet: Fleet;
  readonly usersFolder: string;
  /** Moves the clock on. */
  readonly later: (ms: number) => void;
  readonly now: () => Date;
  /** Pids of all engines that were ever started, in order. */
  readonly started: () => readonly number[];
  /** What was logged as `event`. */
  readonly logged: (event: string) => readonly Readonly<Record<string, unknown>>[];
  readonly answers: (at: EngineAddress) => Promise<boolean>;
  readonly remove: () => Promise<void>;
}

/** Makes a program in a fixture's folder. */
export type MakeProgram = (folder: string) => Promise<ProgramOf>;

/** What the gateway's environment may hold; nothing of it but the listed names may get through. */
const ENVIRONMENT = { PATH: process.env["PATH"], LANG: "C.UTF-8", AWE_TOKEN: "secret", LD_PRELOAD_HINT: "secret" };

export const embedded: MakeProgram = async () => embeddedProgram({ env: ENVIRONMENT, cores: null, memoryBytes: null });

export const cromwellJar: MakeProgram = async (folder) =>
  cromwellJarProgram({ jar: join(folder, "cromwell.jar"), java: await standInJava(folder), env: ENVIRONMENT });

/** A program called `java` that serves what Cromwell would. */
export async function standInJava(folder: string): Promise<string> {
  const java = join(folder, "java");
  await writeFile(java, `#!/bin/sh\nexec ${process.execPath} ${STAND_IN} "$@"\n`);
  await chmod(java, 0o755);
  return java;
}

/** Starts a fixture; `remove` ends its engines. */
export async function fleetFixture(
  makeProgram: MakeProgram,
  options: { readonly account?: Account; readonly wakeTimeoutMs?: number } = {},
): Promise<FleetFixture> {
  const folder = await mkdtemp(join(tmpdir(), "awe-fleet-"));
  await chmod(folder, 0o755);
  const usersFolder = folder;
  let nowMs = Date.parse("2026-01-01T00:00:00Z");
  const clock: Clock = { now: () => new Date(nowMs) };
  const lines: Record<string, unknown>[] = [];
  const engines = cromwellEngines();
  const accountOf = async () => options.account ?? null;
  const fleet = localFleet({
    dataFolder: folder,
    accountOf,
    userFolder: userFolders(usersFolder, accountOf),
    programOf: await makeProgram(folder),
    answers: (at) => engines.answers(at),
    clock,
    log: jsonLog((line) => void lines.push(JSON.parse(line) as Record<string, unknown>)),
    wakeTimeoutMs: options.wakeTimeoutMs ?? 30_000,
  });
  const logged = (event: string) => lines.filter((line) => line["event"] === event);
  return {
    fleet,
    usersFolder,
    later: (ms) => void (nowMs += ms),
    now: () => new Date(nowMs),
    started: () => logged("engine.started").map(({ pid }) => Number(pid)),
    logged,
    answers: (at) => engines.answers(at),
    async remove() {
      await fleet.close();
      await engines.close();
      await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
    },
  };
}
