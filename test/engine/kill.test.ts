import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { afterAll, beforeAll, expect, test } from "vitest";

import { EngineProcess } from "./support/engine-process.ts";

/**
 * Tasks of all kinds that count their completions: plain, in a scatter, in a scatter inside of a scatter, in a conditional,
 * and one whose first attempt fails. The line is the last thing that a task does, so two lines mean that it ran twice.
 */
const SOURCE = `version 1.0
task count {
  input { String file String name Float seconds = 0.05 Array[String] needs = [] }
  command <<<
    sleep ~{seconds}
    echo ~{name} >> ~{file}
  >>>
  output { String done = name }
}
task second_try {
  input { String file }
  command <<<
    test $(basename $(dirname $PWD)) = attempt-2 || exit 7
    sleep 0.1
    echo retried >> ~{file}
  >>>
  output { String done = "retried" }
  runtime { maxRetries: 1 }
}
workflow counting {
  input { String file }
  scatter (a in ["1", "2", "3"]) {
    call count as wide { input: file = file, name = "wide" + a }
    scatter (b in ["x", "y"]) {
      call count as deep { input: file = file, name = "deep" + a + b, needs = [wide.done] }
    }
  }
  call second_try { input: file = file }
  if (length(wide.done) == 3) {
    call count as last { input: file = file, name = "last", needs = flatten(deep.done) }
  }
  output {
    Array[Array[String]] deep_names = deep.done
    String? last_name = last.done
    String tried = second_try.done
  }
}`;

const EXPECTED = [
  ...["1", "2", "3"].flatMap((a) => [`wide${a}`, `deep${a}x`, `deep${a}y`]),
  "retried",
  "last",
].toSorted((a, b) => a.localeCompare(b));

const SEEDS = Array.from({ length: 20 }, (_, index) => index + 1);

let engine: EngineProcess;

beforeAll(async () => {
  engine = await new EngineProcess({ cores: 3 }).start();
});

afterAll(async () => {
  await engine.remove();
});

test.for(SEEDS)(
  "runs every task once although the engine is killed twice (seed %i)",
  { timeout: 60_000 },
  async (seed) => {
    const random = mulberry(seed);
    const file = join(engine.root, `count-${seed}`);
    const id = await engine.submit({
      workflowSource: SOURCE,
      workflowInputs: JSON.stringify({ "counting.file": file }),
    });
    for (let kills = 0; kills < 2; kills++) {
      // The moment is what the test is about, so this waits for time and not for a condition.
      await new Promise((resolve) => setTimeout(resolve, random() * 450));
      await engine.kill();
      await engine.start();
    }
    expect(await engine.ended(id)).toBe("Succeeded");
    expect(
      readFileSync(file, "utf8")
        .trim()
        .split("\n")
        .toSorted((a, b) => a.localeCompare(b)),
    ).toEqual(EXPECTED);
    expect(await engine.outputs(id)).toEqual({
      "counting.deep_names": [
        ["deep1x", "deep1y"],
        ["deep2x", "deep2y"],
        ["deep3x", "deep3y"],
      ],
      "counting.last_name": "last",
      "counting.tried": "retried",
    });
    const { calls } = await engine.metadata(id);
    expect(calls["counting.second_try"]?.map(({ executionStatus }) => executionStatus)).toEqual([
      "RetryableFailure",
      "Done",
    ]);
  },
);

test("keeps a second engine away from its root", async () => {
  const second = new EngineProcess({ root: engine.root, listen: { kind: "port", host: "127.0.0.1", port: 0 } });
  await expect(second.start()).rejects.toThrow(/another engine runs on .*engine\.sqlite: stop it/);
  await second.remove();
  expect((await engine.get("/engine/v1/status")).status).toBe(200);
});

test("keeps a failed run failed, and finishes what ran beside the failure, after a kill", async () => {
  const gate = join(engine.root, "gate");
  const id = await engine.submit({
    workflowSource: `version 1.0
task bad { command { exit 3 } output { Int x = 1 } }
task slow { input { String gate } command { while ! test -e ~{gate}; do sleep 0.02; done } output { Int y = 2 } }
task never { input { Int y } command { true } output { Int z = y } }
workflow w {
  input { String gate }
  call bad
  call slow { input: gate = gate }
  call never { input: y = slow.y }
}`,
    workflowInputs: JSON.stringify({ "w.gate": gate }),
  });
  await engine.callStatus(id, "w.bad", "Failed");
  await engine.callStatus(id, "w.slow", "Running");
  await engine.kill();
  await engine.start();
  writeFileSync(gate, "");
  expect(await engine.ended(id)).toBe("Failed");
  const { calls } = await engine.metadata(id);
  expect(calls["w.slow"]?.[0]?.executionStatus).toBe("Done");
  expect(calls["w.never"]).toBeUndefined();
});

test("goes on with workflows that were accepted in the instant before a kill", async () => {
  const ids = await Promise.all(
    Array.from({ length: 20 }, () =>
      engine.submit({ workflowSource: "version 1.0\nworkflow w { Int x = 1 output { Int y = x } }" }),
    ),
  );
  await engine.kill();
  await engine.start();
  for (const id of ids) expect(await engine.ended(id)).toBe("Succeeded");
});

test("makes no task that outlived the engine wait for cores", async () => {
  const gate = (run: number): string => join(engine.root, `gate-${run}`);
  const ids: string[] = [];
  for (const run of [0, 1, 2]) {
    ids[run] = await engine.submit({
      workflowSource: `version 1.0
task wait { input { String gate } command { while ! test -e ~{gate}; do sleep 0.02; done } output { Int y = 2 } }
workflow w { input { String gate } call wait { input: gate = gate } }`,
      workflowInputs: JSON.stringify({ "w.gate": gate(run) }),
    });
    await engine.callStatus(ids[run], "w.wait", "Running");
  }
  await engine.kill();
  const narrow = await new EngineProcess({ root: engine.root, cores: 1 }).start();
  try {
    // Each alone fills the machine, so that in a queue the last would wait for the first.
    for (const run of [2, 0, 1]) {
      writeFileSync(gate(run), "");
      expect(await narrow.ended(ids[run] ?? "")).toBe("Succeeded");
    }
  } finally {
    await narrow.remove();
    await engine.start();
  }
});

/** A small generator of random numbers that a seed makes repeatable. */
function mulberry(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
