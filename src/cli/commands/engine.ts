import { once } from "node:events";

import { startEngine } from "#src/engine/start.ts";
import { jsonLog } from "#src/log.ts";
import type { Run } from "../command.ts";
import { EXIT, usage } from "../exit.ts";

/** Cromwell's own port. */
const PORT = 8000;

/** `awe engine`: the embedded engine alone, as `java -jar cromwell.jar server` would be. */
export const run: Run = async ({ env, out, err }, given) => {
  const root = given.text("root");
  if (root === undefined) throw usage("awe engine needs --root DIR.", "See: awe help engine");
  const host = given.text("host") ?? "127.0.0.1";
  const port = given.wholeNumber("port", 0, 65_535) ?? PORT;
  const environment = Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const engine = await startEngine(
    { root, listen: { kind: "port", host, port }, environment: Object.fromEntries(environment) },
    jsonLog((line) => err.write(line)),
  );
  const { listening } = engine;
  if (listening.kind === "port") {
    const bracketed = host.includes(":") ? `[${host}]` : host;
    out.line(`The engine listens on http://${bracketed}:${listening.port}`);
  }
  await Promise.race([once(process, "SIGTERM"), once(process, "SIGINT")]);
  await engine.close();
  return EXIT.ok;
};
