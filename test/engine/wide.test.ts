import { readFileSync } from "node:fs";

import { afterAll, beforeAll, expect, test } from "vitest";

import { EngineProcess } from "./support/engine-process.ts";

const WIDTH = 2_000;
const MAX_BYTES = 200_000_000;

let engine: EngineProcess;

beforeAll(async () => {
  engine = await new EngineProcess().start();
});

afterAll(async () => {
  await engine.remove();
});

test(`stays under 200 MB in a scatter ${WIDTH} wide`, { timeout: 300_000 }, async () => {
  const startedAt = performance.now();
  const id = await engine.submit({
    workflowSource: `version 1.0
task t { input { Int i } command { echo ~{i} } output { Int o = read_int(stdout()) } }
workflow w { input { Int n } scatter (i in range(n)) { call t { input: i = i } } output { Array[Int] o = t.o } }`,
    workflowInputs: JSON.stringify({ "w.n": WIDTH }),
  });
  expect(await engine.ended(id, 280_000)).toBe("Succeeded");
  const ms = performance.now() - startedAt;
  const { calls } = await engine.metadata(id, "?includeKey=shardIndex");
  expect(calls["w.t"]?.map(({ shardIndex }) => shardIndex)).toEqual(Array.from({ length: WIDTH }, (_, index) => index));
  expect((await engine.outputs(id))["w.o"]).toHaveLength(WIDTH);
  const peak = peakBytes(engine.pid);
  process.stderr.write(`${WIDTH} wide: ${(ms / WIDTH).toFixed(1)} ms a task, peak ${(peak / 1e6).toFixed(0)} MB\n`);
  expect(peak).toBeLessThan(MAX_BYTES);
});

/** The most memory that a process ever had resident. */
function peakBytes(pid: number): number {
  const kilobytes = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return Number(kilobytes) * 1024;
}
