import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";

import { errorText } from "../errors.ts";
import { jsonLog } from "../log.ts";
import { readSpec } from "./spec.ts";
import { startEngine } from "./start.ts";
import type { EngineSpec } from "./start.ts";

/**
 * The engine as a process of its own.
 *
 * It reads its specification from a descriptor (`--spec-fd 3`), where nobody else sees it, or from arguments; says where
 * it listens in one line of JSON on the standard output; and logs to the standard error.
 */
async function main(): Promise<void> {
  const engine = await startEngine(
    specification(),
    jsonLog((line) => process.stderr.write(line)),
  );
  process.stdout.write(`${JSON.stringify({ listening: engine.listening })}\n`);
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.once(signal, () => {
      void engine.close().finally(() => process.exit(0));
    });
  }
}

function specification(): EngineSpec {
  const { values } = parseArgs({
    options: {
      "spec-fd": { type: "string" },
      root: { type: "string" },
      host: { type: "string", default: "127.0.0.1" },
      port: { type: "string", default: "8000" },
    },
  });
  const descriptor = values["spec-fd"];
  if (descriptor !== undefined) return readSpec(readFileSync(Number(descriptor), "utf8"));
  if (values.root === undefined) throw new Error("name the engine's folder with --root DIR, or give --spec-fd 3");
  return {
    root: values.root,
    listen: { kind: "port", host: values.host, port: Number(values.port) },
    environment: inherited(process.env),
  };
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
