import { createHash, timingSafeEqual } from "node:crypto";
import { chmodSync, mkdirSync, unlinkSync } from "node:fs";
import { createServer } from "node:http";
import type { Server } from "node:http";
import { availableParallelism, totalmem } from "node:os";
import { relative, resolve } from "node:path";

import { getRequestListener } from "@hono/node-server";

import { systemClock } from "../clock.ts";
import { AweError } from "../errors.ts";
import { randomIds } from "../ids.ts";
import type { Log } from "../log.ts";
import { become } from "./account.ts";
import type { Account } from "./account.ts";
import { createRest } from "./rest/app.ts";
import { yaml } from "./rest/submitted-json.ts";
import { Admission } from "./run/admission.ts";
import { Engine } from "./run/engine.ts";
import { Turns } from "./run/turns.ts";
import { openState } from "./state/state.ts";
import { runAttempt } from "./tasks/attempt.ts";
import { folderIo } from "./tasks/io.ts";
import { createTaskDeps } from "./tasks/task-deps.ts";

/** Where an engine listens. A socket is for one user: nobody else can open it. */
type Listen =
  | { readonly kind: "socket"; readonly path: string }
  | { readonly kind: "port"; readonly host: string; readonly port: number };

/** What an engine needs to know to start. */
export interface EngineSpec {
  /** Folder of the engine's state, of its runs and of relative paths in inputs; made if it is not there. */
  readonly root: string;
  readonly listen: Listen;
  /** Who the engine becomes before it does anything; by default it stays who it is. */
  readonly account?: Account;
  /** All that tasks see of the environment. */
  readonly environment: Readonly<Record<string, string>>;
  /**
   * What each request must say in `X-Awe-Engine-Key`. So whoever is led to the wrong engine, by a link in the place of a
   * socket, learns nothing there.
   */
  readonly key?: string;
  /** What running tasks may ask for at one time; by default what the machine has. */
  readonly cores?: number;
  readonly memoryBytes?: number;
  /** Further workflows stay `Submitted`. */
  readonly maxConcurrentRuns?: number;
}

/** An engine that runs. */
export interface RunningEngine {
  /** Where it listens; the port is the real one where any was asked for. */
  readonly listening: Listen;
  /** Stops answering and starting, and leaves the tasks that run to the engine's next life. */
  close(): Promise<void>;
}

/** Cromwell's `max-concurrent-workflows`. */
const MAX_CONCURRENT_RUNS = 5_000;

/** Linux: `sun_path` has 108 bytes with the zero at its end. */
const MAX_SOCKET_PATH_BYTES = 107;

/** How long an answer that is under way may take when the engine stops. */
const ANSWER_MS = 2_000;

/** Attempts that are prepared beyond those that can run, so that a core never waits for a command to be rendered. */
const READY_AHEAD = 8;

/**
 * Starts an engine in this process, which becomes the account's if one is named.
 *
 * @throws {AweError} `conflict` when the root has an engine already.
 */
export async function startEngine(spec: EngineSpec, log: Log): Promise<RunningEngine> {
  const root = resolve(spec.root);
  if (spec.account) become(spec.account, yaml);
  process.umask(0o077);
  mkdirSync(root, { recursive: true, mode: 0o700 });
  process.chdir(root);
  const state = openState(root, log);
  const tasks = createTaskDeps(log);
  const cores = spec.cores ?? availableParallelism();
  const engine = new Engine(
    {
      root,
      state,
      clock: systemClock,
      ids: randomIds,
      log,
      admission: new Admission({ cores, memoryBytes: spec.memoryBytes ?? totalmem() }),
      turns: new Turns(Math.ceil(cores) * 2 + READY_AHEAD),
      environment: spec.environment,
      runAttempt: (job, hooks, abort) => runAttempt(tasks, job, hooks, abort),
      workflowIo: (folder) => folderIo(`${folder}/execution`),
    },
    spec.maxConcurrentRuns ?? MAX_CONCURRENT_RUNS,
  );
  const rest = createRest({ state, engine, clock: systemClock, ids: randomIds, log });
  const answer = getRequestListener(rest.fetch, { overrideGlobalObjects: false });
  const isKnown = keyCheck(spec.key);
  const server = createServer((request, response) => {
    if (isKnown(request.headers["x-awe-engine-key"])) void answer(request, response);
    else
      response.writeHead(401, { "content-type": "application/json" }).end('{"status":"fail","message":"Unknown key."}');
  });
  const listening = await listen(server, spec.listen);
  engine.resume();
  log.info("engine.started", { root });
  return {
    listening,
    close: async () => {
      engine.close();
      await stopAnswering(server);
      state.journal.close();
      tasks.close();
      state.database.close();
    },
  };
}

/** Compares hashes, so that the time tells nothing of the key. */
function keyCheck(key: string | undefined): (given: string | string[] | undefined) => boolean {
  if (key === undefined) return () => true;
  const hash = (text: string): Buffer => createHash("sha256").update(text).digest();
  const expected = hash(key);
  return (given) => typeof given === "string" && timingSafeEqual(hash(given), expected);
}

/** Lets answers that are under way go out, but waits for nobody who merely holds a connection. */
async function stopAnswering(server: Server): Promise<void> {
  const late = setTimeout(() => server.closeAllConnections(), ANSWER_MS);
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
  });
  clearTimeout(late);
}

async function listen(server: Server, where: Listen): Promise<Listen> {
  if (where.kind === "socket") {
    assertShort(where.path);
    // The lock on the state is held, so a socket that is there belongs to an engine that is gone.
    unlinkStale(where.path);
    // By its relative name: the system shows the names of sockets to everybody.
    await listening(server, () => server.listen(relative(process.cwd(), where.path)));
    chmodSync(where.path, 0o600);
    return where;
  }
  await listening(server, () => server.listen(where.port, where.host));
  const address = server.address();
  return { ...where, port: typeof address === "object" && address ? address.port : where.port };
}

function assertShort(path: string): void {
  const bytes = Buffer.byteLength(path);
  if (bytes <= MAX_SOCKET_PATH_BYTES) return;
  throw new AweError(
    "invalid_request",
    `the socket's path ${path} has ${bytes} bytes, and the system takes ${MAX_SOCKET_PATH_BYTES}: choose a shorter folder`,
  );
}

async function listening(server: Server, start: () => void): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.once("listening", () => {
      server.off("error", reject);
      resolve();
    });
    start();
  });
}

function unlinkStale(path: string): void {
  try {
    unlinkSync(path);
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== "ENOENT") throw thrown;
  }
}
