import { type ChildProcess, spawn } from "node:child_process";
import { createWriteStream } from "node:fs";
import { mkdir, rename, stat } from "node:fs/promises";
import { join } from "node:path";

import type { Clock } from "#src/clock.ts";
import { AweError, errorText } from "#src/errors.ts";
import type { Log } from "#src/log.ts";
import type { AccountOf } from "#src/model/account.ts";
import type { EngineAddress, EngineState, Fleet } from "./fleet.ts";
import type { EngineProgram, ProgramOf } from "./program.ts";

/** What the fleet on one machine depends on. */
export interface LocalFleetDeps {
  readonly dataFolder: string;
  readonly accountOf: AccountOf;
  /** Makes sure that the user's own folder exists and belongs to the user's account; answers its path. */
  readonly userFolder: (userName: string) => Promise<string>;
  readonly programOf: ProgramOf;
  /** Asks an engine whether it answers. */
  readonly answers: (at: EngineAddress) => Promise<boolean>;
  readonly clock: Clock;
  readonly log: Log;
  /** How long an engine may take to its first answer. */
  readonly wakeTimeoutMs: number;
}

/** Between two looks at whether a new engine answers. */
const LOOK_MS = 15;
/** After SIGTERM an engine may write for this long before it is killed; its tasks go on either way. */
const GRACE_MS = 10_000;
/** Back-off after the n-th crash in a row: 0.25 s, doubled each time, a minute at most. */
const BACK_OFF_MS = { first: 250, most: 60_000 } as const;
/** An engine that lived this long had not crashed for the same reason as the one before. */
const STEADY_MS = 60_000;

interface Engine {
  child: ChildProcess;
  address: EngineAddress;
  ready: Promise<EngineAddress>;
  isReady: boolean;
  stopping: boolean;
  /** Why the fleet ended it, where it was the fleet. */
  fault?: string;
  startedAt: number;
  exited: Promise<void>;
}

interface Crashes {
  count: number;
  reason: string;
  retryAt: Date;
}

/**
 * One engine process per user.
 *
 * - *asleep*: no process. `wake` starts one, unless it crashed a moment ago.
 * - *waking*: the process runs; everybody who wakes it waits for the same answer.
 * - *ready*: it has answered once.
 * - *broken*: it ended by itself; until `retryAt` nobody starts it again, and `wake` says why.
 *
 * An engine ends with the gateway, because its descriptor 3 ends then; its tasks do not.
 */
export function localFleet(deps: LocalFleetDeps): Fleet {
  const engines = new Map<string, Engine>();
  const crashes = new Map<string, Crashes>();
  const starting = new Map<string, Promise<Engine>>();

  const start = async (userName: string): Promise<Engine> => {
    const crashed = crashes.get(userName);
    if (crashed && crashed.retryAt > deps.clock.now()) {
      throw new AweError(
        "engine_unavailable",
        `the engine of ${userName} ended (${crashed.reason}) and is started again at ${crashed.retryAt.toISOString()}`,
      );
    }
    const account = await deps.accountOf(userName);
    const folder = await deps.userFolder(userName);
    const program = await deps.programOf(userName, account, folder);
    const child = await launch(program, join(deps.dataFolder, "logs"), userName);
    const { promise: exited, resolve: hasExited } = Promise.withResolvers<void>();
    const lastWords = lastWordsOf(child);
    const engine: Engine = {
      child,
      address: program.address,
      ready: Promise.resolve(program.address),
      isReady: false,
      stopping: false,
      startedAt: deps.clock.now().getTime(),
      exited,
    };
    const ended = (reason: string) => {
      if (engines.get(userName) === engine) engines.delete(userName);
      if (!engine.stopping) noteCrash(userName, engine, reason);
      hasExited();
    };
    child.once("error", (error) => ended(errorText(error)));
    child.once("exit", (code, signal) =>
      ended(engine.fault ?? (signal ? `signal ${signal}` : `exit code ${code}${lastWords()}`)),
    );
    engine.ready = untilItAnswers(userName, engine);
    engine.ready.catch(() => {});
    engines.set(userName, engine);
    deps.log.info("engine.started", { user: userName, pid: child.pid });
    return engine;
  };

  const noteCrash = (userName: string, engine: Engine, reason: string) => {
    const now = deps.clock.now();
    const steady = now.getTime() - engine.startedAt > STEADY_MS;
    const count = steady ? 1 : (crashes.get(userName)?.count ?? 0) + 1;
    const delayMs = Math.min(BACK_OFF_MS.first * 2 ** (count - 1), BACK_OFF_MS.most);
    crashes.set(userName, { count, reason, retryAt: new Date(now.getTime() + delayMs) });
    deps.log.error("engine.crashed", { user: userName, reason, count, retryInMs: delayMs });
  };

  const untilItAnswers = async (userName: string, engine: Engine): Promise<EngineAddress> => {
    let gone = false;
    void engine.exited.then(() => (gone = true));
    const deadline = Date.now() + deps.wakeTimeoutMs;
    while (!(await deps.answers(engine.address))) {
      if (gone)
        throw new AweError(
          "engine_unavailable",
          `the engine of ${userName} ended while it was starting (${crashes.get(userName)?.reason ?? "stopped"})`,
        );
      if (Date.now() > deadline) {
        engine.fault = `it did not answer within ${deps.wakeTimeoutMs / 1000} s`;
        engine.child.kill("SIGKILL");
        throw new AweError("engine_unavailable", `the engine of ${userName} was ended: ${engine.fault}`);
      }
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
    engine.isReady = true;
    deps.log.info("engine.answered", { user: userName, ms: deps.clock.now().getTime() - engine.startedAt });
    return engine.address;
  };

  const sleep = async (userName: string): Promise<void> => {
    const engine = engines.get(userName);
    if (!engine) return;
    engine.stopping = true;
    engine.child.kill("SIGTERM");
    const kill = setTimeout(() => engine.child.kill("SIGKILL"), GRACE_MS);
    await engine.exited;
    clearTimeout(kill);
    deps.log.info("engine.stopped", { user: userName });
  };

  return {
    async wake(userName) {
      for (let running = engines.get(userName); running; running = engines.get(userName)) {
        if (!running.stopping) return running.ready;
        await running.exited;
      }
      let begun = starting.get(userName);
      if (!begun) {
        begun = start(userName).finally(() => starting.delete(userName));
        starting.set(userName, begun);
      }
      return (await begun).ready;
    },

    async state(userName): Promise<EngineState> {
      const engine = engines.get(userName);
      if (engine) return engine.isReady ? { kind: "ready", address: engine.address } : { kind: "waking" };
      if (starting.has(userName)) return { kind: "waking" };
      const crashed = crashes.get(userName);
      if (crashed && crashed.retryAt > deps.clock.now())
        return { kind: "broken", reason: crashed.reason, retryAt: crashed.retryAt };
      return { kind: "asleep" };
    },

    sleep,
    awake: () => [...engines.keys()],
    async close() {
      await Promise.all([...engines.keys()].map(sleep));
    },
  };
}

/** More of a program's last line is no reason any more but noise. */
const LAST_WORDS = 300;

/** Collects the last line of a program's errors that is meant for people (log lines are JSON), as part of a reason. */
function lastWordsOf(child: ChildProcess): () => string {
  let tail = "";
  child.stderr?.on("data", (chunk: Buffer) => (tail = (tail + chunk.toString()).slice(-4 * LAST_WORDS)));
  return () => {
    const lines = tail.split("\n").filter((each) => each.trim() !== "" && !each.startsWith("{"));
    // Node and Java say more after the line that matters.
    const line = lines.findLast((each) => /error|exception|^awe /i.test(each)) ?? lines.at(-1);
    return line === undefined ? "" : `: ${line.slice(0, LAST_WORDS)}`;
  };
}

/** Becomes the program without what the gateway itself was given open by whoever started it. */
const ONLY_OURS = `for fd in /proc/self/fd/*; do
  fd=\${fd##*/}
  if ((fd > 3)); then eval "exec $fd>&-"; fi
done
exec "$@"`;

/** An engine's log of more than this is put aside at the engine's next start; the one before it goes. */
const LONG_LOG_BYTES = 10_000_000;

async function keepShort(logFile: string): Promise<void> {
  const size = (await stat(logFile).catch(() => undefined))?.size ?? 0;
  if (size > LONG_LOG_BYTES) await rename(logFile, `${logFile}.1`);
}

/** Starts the program with its log in a file and its first line and leash on descriptor 3. */
async function launch(program: EngineProgram, logFolder: string, userName: string): Promise<ChildProcess> {
  await mkdir(logFolder, { recursive: true, mode: 0o700 });
  const logFile = join(logFolder, `engine-${userName}.log`);
  await keepShort(logFile);
  const log = createWriteStream(logFile, { flags: "a", mode: 0o600 });
  const { account } = program;
  // Only `setpriv` brings a named account's supplementary groups along.
  const change =
    account?.name == null ? [] : ["setpriv", `--reuid=${account.uid}`, `--regid=${account.gid}`, "--init-groups", "--"];
  const child = spawn("bash", ["-c", ONLY_OURS, "engine", ...change, program.command, ...program.args], {
    cwd: "/",
    env: program.env,
    stdio: ["ignore", "pipe", "pipe", "pipe"],
    // A terminal's Ctrl-C is for the gateway, which then ends its engines itself.
    detached: true,
    ...(account !== null && account.name === null ? { uid: account.uid, gid: account.gid } : {}),
  });
  child.stdout?.pipe(log, { end: false });
  child.stderr?.pipe(log, { end: false });
  child.once("close", () => log.end());
  const leash = child.stdio[3];
  if (leash && "write" in leash) {
    leash.on("error", () => {});
    leash.write(`${program.firstLine}\n`);
  }
  return child;
}
