import { chownSync } from "node:fs";

import { afterEach, expect, test } from "vitest";

import { EngineProcess } from "./support/engine-process.ts";

const isRoot = process.getuid?.() === 0;
const skips = !isRoot && process.env["AWE_TEST_REQUIRE"] !== "all";
if (skips) process.stderr.write("account.test.ts: skipped, since only root can become another user\n");

/** No account has it: a user needs none to run an engine. */
const NOBODY_ELSE = { uid: 54_321, gid: 54_321 };

let engine: EngineProcess | undefined;

afterEach(async () => {
  await engine?.remove();
});

test.skipIf(skips)("becomes the account before it does anything, and so do its tasks", async () => {
  engine = new EngineProcess({ account: NOBODY_ELSE });
  chownSync(engine.root, NOBODY_ELSE.uid, NOBODY_ELSE.gid);
  await engine.start();
  const { outputs } = await engine.run({
    workflowSource: `version 1.0
task who {
  command { echo $(id -u) $(id -g) $(id -G); touch /root/trace 2>/dev/null || echo refused }
  output { Array[String] lines = read_lines(stdout()) }
}
workflow w { call who output { Array[String] lines = who.lines } }`,
  });
  expect(outputs["w.lines"]).toEqual(["54321 54321 54321", "refused"]);
});

test.skipIf(skips)("takes on the groups of an account that has a name", async () => {
  engine = new EngineProcess({ account: { uid: 65_534, gid: 65_534, name: "nobody" } });
  chownSync(engine.root, 65_534, 65_534);
  await engine.start();
  const { outputs } = await engine.run({
    workflowSource: `version 1.0
task who { command { id -u; id -G } output { Array[String] lines = read_lines(stdout()) } }
workflow w { call who output { Array[String] lines = who.lines } }`,
  });
  expect(outputs["w.lines"]).toEqual(["65534", "65534"]);
});
