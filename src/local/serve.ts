import cluster, { type Worker } from "node:cluster";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { resolve } from "node:path";

import { getRequestListener } from "@hono/node-server";

import { systemClock } from "#src/clock.ts";
import { readConfig, type Config } from "#src/config.ts";
import { AweError, errorText } from "#src/errors.ts";
import { answerBrokenRequests, unreadableRequest } from "#src/http/broken-requests.ts";
import { jsonLog, type Log } from "#src/log.ts";
import type { Composition, ControlLink } from "./compose.ts";
import { loadCompose } from "./loading.ts";
import { openingFetch } from "./opening.ts";
import type { TlsPair } from "./tls.ts";
import { answerWorkers, controlLink } from "./workers.ts";

type Closer = () => Promise<void>;
type Environment = Readonly<Record<string, string | undefined>>;

/** A port that is open, until it is closed. */
interface Door {
  readonly port: number;
  readonly close: () => Promise<void>;
}

/** How long requests that are under way may take once AWE was told to stop. */
const DRAIN_MS = 5_000;

/** A worker that cannot start must not be started again without a pause. */
const REFORK_MS = 200;

/** Room for a token of 8 KiB beside everything else that clients send. */
const HEADER_BYTES = 32_768;

/**
 * Runs AWE on this machine until it is told to stop by SIGTERM or SIGINT.
 *
 * The first line of output says where it listens. With `AWE_WORKERS` above 1, that many processes serve HTTP on one
 * port, and this one runs the control loop and the engines.
 *
 * @throws {AweError} `invalid_request` when the settings cannot be used.
 */
export async function serve(env: Environment): Promise<void> {
  const config = readConfig(env);
  const log = jsonLog((line) => process.stderr.write(line), config.logLevel);
  process.on("unhandledRejection", (cause) => log.error("promise.lost", { error: errorText(cause) }));
  const closers: Closer[] = [];
  try {
    await (cluster.isWorker ? serveAsWorker : serveAsFirst)(config, env, log, closers);
  } finally {
    // Also after a start that failed, or what was opened by then would keep the process alive.
    for (const close of closers.toReversed()) {
      await close().catch((cause: unknown) => log.error("gateway.closeFailed", { error: errorText(cause) }));
    }
    if (process.connected) process.disconnect();
  }
}

/** Runs the control loop and the engines, and serves HTTP by itself or through workers. */
async function serveAsFirst(config: Config, env: Environment, log: Log, closers: Closer[]): Promise<void> {
  const composing = composed(config, env, log, null);
  closers.push(() => closeComposed(composing));
  const open = async (opening: Promise<Door>): Promise<Door> => {
    const door = await opening;
    closers.push(door.close);
    return door;
  };
  // Without a certificate to wait for, the port opens while the rest of AWE is still being loaded.
  const isEarly = config.workers === 1 && config.tls.kind === "off";
  const early = isEarly ? await open(openDoor(config, composing, undefined)) : null;
  const composition = await composing;
  const tls = await tlsOf(config, composition);
  const door =
    early ??
    (await open(config.workers > 1 ? openWorkers(config, composition, log) : openDoor(config, composing, tls)));
  announce(config, door.port, [...config.warnings, ...composition.notices, ...(tls?.notice ?? [])]);
  await toldToStop();
  log.info("gateway.stopping");
}

/** Serves HTTP only; what needs the control loop or an engine is asked of the first process. */
async function serveAsWorker(config: Config, env: Environment, log: Log, closers: Closer[]): Promise<void> {
  const composing = composed(config, env, log, controlLink());
  closers.push(() => closeComposed(composing));
  const door = await openDoor(config, composing, await tlsOf(config, await composing));
  closers.push(door.close);
  // Ctrl-C reaches the whole group; the first process decides when its workers end.
  process.on("SIGINT", () => {});
  await Promise.race([once("SIGTERM"), once("disconnect")]);
}

/** Closes what was composed, if it was. */
async function closeComposed(composing: Promise<Composition>): Promise<void> {
  const composition = await composing.catch(() => null);
  await composition?.close();
}

async function composed(config: Config, env: Environment, log: Log, link: ControlLink | null): Promise<Composition> {
  const compose = await loadCompose();
  return compose(config, env, log, link);
}

/** Starts the workers, and a new one for each that crashes. */
async function openWorkers(config: Config, composition: Composition, log: Log): Promise<Door> {
  const { promise: listening, resolve, reject } = Promise.withResolvers<number>();
  let isOpen = false;
  let closing = false;
  const fork = (): void => {
    if (closing) return;
    const worker: Worker = cluster.fork();
    answerWorkers(worker, composition);
    worker.once("listening", ({ port }) => {
      isOpen = true;
      resolve(port);
    });
    worker.once("exit", (code, signal) => {
      if (closing) return;
      log.error("worker.crashed", { code, signal });
      // What kept the first of them from serving, such as a port in use, stands in its own words above.
      if (isOpen) setTimeout(fork, REFORK_MS);
      else reject(new AweError("invalid_request", "no worker could serve; the lines above say why"));
    });
  };
  for (let started = 0; started < config.workers; started++) fork();
  const close = async () => {
    closing = true;
    await new Promise<void>((done) => cluster.disconnect(done));
  };
  try {
    return { port: await listening, close };
  } catch (cause) {
    await close();
    throw cause;
  }
}

async function openDoor(config: Config, composing: Promise<Composition>, tls: TlsPair | undefined): Promise<Door> {
  const answer = getRequestListener(openingFetch(composing, config.urlPrefix), { errorHandler: unreadableRequest }) as (
    request: IncomingMessage,
    response: ServerResponse,
  ) => void;
  const options = { maxHeaderSize: HEADER_BYTES, headersTimeout: 20_000, requestTimeout: 0, keepAliveTimeout: 65_000 };
  const server: Server = tls
    ? (await import("node:https")).createServer({ ...options, cert: tls.cert, key: tls.key }, answer)
    : createServer(options, answer);
  answerBrokenRequests(server);
  await new Promise<void>((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) => reject(cannotListen(config, cause)));
    server.listen(config.port, config.host, resolve);
  });
  const close = async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeIdleConnections();
    const timer = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
    await closed;
    clearTimeout(timer);
  };
  return { port: (server.address() as AddressInfo).port, close };
}

async function tlsOf({ tls, host }: Config, { dataFolder }: Composition): Promise<TlsPair | undefined> {
  if (tls.kind === "off") return undefined;
  const { tlsPair } = await import("./tls.ts");
  return tlsPair({ dataFolder, host, clock: systemClock }, tls);
}

function cannotListen({ host, port }: Config, cause: NodeJS.ErrnoException): AweError {
  const why =
    cause.code === "EADDRINUSE"
      ? "something listens there already; set AWE_PORT to another port, or 0 for a free one"
      : errorText(cause);
  return new AweError("invalid_request", `cannot listen on ${host}:${port}: ${why}`, { cause });
}

function announce(config: Config, port: number, notices: readonly string[]): void {
  // A wildcard is no address to call, and no certificate names it.
  const host = /^(0\.0\.0\.0|::|\[::\])$/.test(config.host) ? "localhost" : config.host;
  const shown = host.includes(":") && !host.startsWith("[") ? `[${host}]` : host;
  const address = `${config.tls.kind === "off" ? "http" : "https"}://${shown}:${port}${config.urlPrefix}`;
  const elsewhere = address === "http://127.0.0.1:8080" ? "" : `export AWE_URL=${address}; `;
  const data = config.dataFolder === resolve(".awe") ? "" : `AWE_DATA=${config.dataFolder} `;
  const lines = [
    `AWE listens on ${address}`,
    ...notices,
    "Paste into another terminal:",
    `  ${elsewhere}export AWE_TOKEN=$(${data}npx awe token --user alice)`,
    "  npx awe submit hello --repo examples/hello",
    "  npx awe status hello --wait",
  ];
  process.stdout.write(`${lines.join("\n")}\n`);
}

function toldToStop(): Promise<void> {
  return Promise.race([once("SIGTERM"), once("SIGINT")]);
}

function once(event: string): Promise<void> {
  return new Promise((resolve) => process.once(event, () => resolve()));
}
