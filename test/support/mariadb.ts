import { execFile, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";

import { createConnection } from "mysql2/promise";

import { isRoot, onPath } from "./require.ts";

/** A MariaDB server of the tests' own. */
export interface MariaDb {
  /** Makes an empty database; answers its address for `openStore`. */
  newDatabase(): Promise<string>;
  /** Ends the server and removes its folder. */
  stop(): Promise<void>;
}

/** How long a server may take from its start to its first answer, on a busy machine. */
const START_MS = 60_000;

/** Whether this machine has what `startMariaDb` needs. */
export function hasMariaDb(): boolean {
  return onPath("mariadbd") && onPath("mariadb-install-db");
}

/** Starts a server in a temporary folder, on a socket there and on a free port of 127.0.0.1. */
export async function startMariaDb(): Promise<MariaDb> {
  const folder = await mkdtemp(path.join(tmpdir(), "awe-mariadb-"));
  const data = path.join(folder, "data");
  const account = isRoot() ? ["--user=root"] : [];
  const env = { ...process.env, PATH: `${process.env["PATH"]}:/usr/sbin` };
  const password = randomBytes(12).toString("hex");
  const port = await freePort();
  await promisify(execFile)(
    "mariadb-install-db",
    ["--no-defaults", `--datadir=${data}`, "--auth-root-authentication-method=normal", "--skip-test-db", ...account],
    { env },
  );
  const init = path.join(folder, "init.sql");
  // The server reads a statement a line.
  await writeFile(
    init,
    `create user 'awe'@'127.0.0.1' identified by '${password}';\ngrant all on *.* to 'awe'@'127.0.0.1';\n`,
    { mode: 0o600 },
  );
  const log = path.join(folder, "error.log");
  const server = spawn(
    "bash",
    [
      "-c",
      // Standard input ends with the tests, however they end; then the server and its folder go as well.
      'folder=$1; shift; "$@" </dev/null >/dev/null 2>&1 & read -r _; kill -9 $!; wait; rm -rf "$folder"',
      "mariadb",
      folder,
      "mariadbd",
      "--no-defaults",
      ...account,
      `--datadir=${data}`,
      `--socket=${path.join(folder, "socket")}`,
      `--pid-file=${path.join(folder, "pid")}`,
      `--log-error=${log}`,
      `--init-file=${init}`,
      `--port=${port}`,
      "--bind-address=127.0.0.1",
      "--skip-name-resolve",
      "--innodb-buffer-pool-size=64M",
      "--innodb-log-file-size=32M",
      // No test asks what a power cut leaves; the tables of each test are made in half the time.
      "--innodb-flush-log-at-trx-commit=0",
      "--innodb-flush-method=nosync",
      "--innodb-doublewrite=0",
    ],
    { env, stdio: ["pipe", "ignore", "ignore"] },
  );
  const stop = async (): Promise<void> => {
    if (server.exitCode !== null) return;
    const ended = once(server, "exit");
    server.stdin.end();
    await ended;
  };
  const login = { host: "127.0.0.1", port, user: "awe", password };
  try {
    await untilReady(login, log);
  } catch (thrown) {
    await stop();
    throw thrown;
  }
  let count = 0;
  return {
    async newDatabase() {
      count += 1;
      const connection = await createConnection(login);
      // What the server makes databases with by default must not matter.
      await connection.query(`create database t${count} character set latin1`);
      await connection.end();
      return `mysql://awe:${password}@127.0.0.1:${port}/t${count}`;
    },
    stop,
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no free port on 127.0.0.1");
  return address.port;
}

async function untilReady(login: { host: string; port: number; user: string; password: string }, log: string) {
  const deadline = performance.now() + START_MS;
  for (;;) {
    try {
      const connection = await createConnection(login);
      return await connection.end();
    } catch (thrown) {
      const said = existsSync(log) ? await readFile(log, "utf8") : "";
      if (performance.now() > deadline || said.includes("[ERROR] Aborting")) {
        throw new Error(`mariadbd did not start; its log says: ${said.slice(-2000)}`, { cause: thrown });
      }
      await delay(50);
    }
  }
}
