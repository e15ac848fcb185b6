import { chownSync, copyFileSync, cpSync, mkdtempSync, rmSync, statSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

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

test.skipIf(skips)("works where the account may not read the program", async () => {
  const closed = mkdtempSync(join(tmpdir(), "awe-closed-"));
  try {
    const project = fileURLToPath(new URL("../..", import.meta.url));
    cpSync(join(project, "src"), join(closed, "src"), { recursive: true });
    copyFileSync(join(project, "package.json"), join(closed, "package.json"));
    symlinkSync(join(project, "node_modules"), join(closed, "node_modules"));
    expect(statSync(closed).mode & 0o077).toBe(0);
    engine = new EngineProcess({ account: NOBODY_ELSE }, join(closed, "src/engine/main.ts"));
    chownSync(engine.root, NOBODY_ELSE.uid, NOBODY_ELSE.gid);
    await engine.start();
    const { status, outputs } = await engine.run({
      workflowSource: `version 1.0
task look {
  input { String word }
  command { cat ${closed}/package.json 2>/dev/null || echo ~{word} }
  output { String said = read_string(stdout()) String changed = sub(said, "[lw]+", "-") }
}
workflow w { input { String word } call look { input: word = word } output { String o = look.changed } }`,
      workflowInputs: "w.word: hallow # YAML\n",
    });
    expect({ status, outputs }).toEqual({ status: "Succeeded", outputs: { "w.o": "ha-o-" } });
  } finally {
    rmSync(closed, { recursive: true });
  }
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
