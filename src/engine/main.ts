import "./heap.ts";

import { once } from "node:events";
import { readFileSync } from "node:fs";
import { Socket } from "node:net";
import module from "node:module";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";

import { errorText } from "../errors.ts";
import { jsonLog } from "../log.ts";
import { readSpec } from "./spec.ts";
import { startEngine } from "./start.ts";
import type { EngineSpec } from "./start.ts";

/**
 * The engine as a process of its own.
 *
 * It reads its specification from a descriptor (`--spec-fd 3`), where nobody else sees it, or from arguments; with
 * `--leash` it ends when that descriptor does. It says where it listens in one line of JSON on the standard output, and
 * logs to the standard error.
 */
async function main(): Promise<void> {
  // After the change of account nothing can be written into the cache any more.
  module.flushCompileCache();
  const log = jsonLog((line) => process.stderr.write(line));
  // One run's mistake must not end all others.
  process.on("unhandledRejection", (reason) => log.error("engine.rejectionLost", { reason: errorText(reason) }));
  const engine = await startEngine(await specification(), log);
  process.stdout.write(`${JSON.stringify({ listening: engine.listening })}\n`);
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.once(signal, () => {
      void engine.close().finally(() => process.exit(0));
    });
  }
}

async function specification(): Promise<EngineSpec> {
  const { values } = parseArgs({
    options: {
      "spec-fd": { type: "string" },
      leash: { type: "boolean", default: false },
      root: { type: "string" },
      host: { type: "string", default: "127.0.0.1" },
      port: { type: "string", default: "8000" },
    },
  });
  const descriptor = values["spec-fd"];
  if (descriptor !== undefined && values.leash) return readSpec(await firstLineOfLeash(Number(descriptor)));
  if (descriptor !== undefined) return readSpec(readFileSync(Number(descriptor), "utf8"));
  if (values.root === undefined) throw new Error("name the engine's folder with --root DIR, or give --spec-fd 3");
  return {
    root: values.root,
    listen: { kind: "port", host: values.host, port: portNumber(values.port) },
    environment: inherited(process.env),
  };
}

/**
 * Reads the first line of a descriptor that the gateway keeps open for its life. When it ends the gateway is gone, and
 * the engine ends at once as well: its tasks go on, and the next engine finds them.
 */
async function firstLineOfLeash(descriptor: number): Promise<string> {
  const lines = createInterface({ input: new Socket({ fd: descriptor, readable: true, writable: false }) });
  lines.once("close", () => process.exit(0));
  const [line] = (await once(lines, "line")) as [string];
  return line;
}

function portNumber(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new Error(`--port takes a number from 0 to 65535, not ${text}`);
}

function inherited(environment: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

try {
  await main();
} catch (thrown) {
  process.stderr.write(`awe engine: ${errorText(thrown)}\n`);
  process.exit(1);
}
