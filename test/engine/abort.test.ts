import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { afterAll, beforeAll, expect, test } from "vitest";

import { EngineProcess, until } from "./support/engine-process.ts";

const V1 = "/api/workflows/v1";

let engine: EngineProcess;

beforeAll(async () => {
  engine = await new EngineProcess({ cores: 2, maxConcurrentRuns: 1 }).start();
});

afterAll(async () => {
  await engine.remove();
});

const FAMILY = `version 1.0
task family {
  input { String pids }
  command <<<
    trap '' TERM
    sleep 1000 &
    echo $! >> ~{pids}
    ( sleep 1000 & echo $! >> ~{pids}; wait ) &
    echo $$ >> ~{pids}
    echo ready >> ~{pids}
    wait
  >>>
  output { Int x = 1 }
}
task after { input { Int x } command { true } output { Int y = x } }
workflow w {
  input { String pids }
  call family { input: pids = pids }
  call after { input: x = family.x }
}`;

/** Whether a process is there and not merely waiting to be collected. */
function lives(pid: number): boolean {
  const file = `/proc/${pid}/stat`;
  if (!existsSync(file)) return false;
  const stat = readFileSync(file, "utf8");
  return stat.slice(stat.lastIndexOf(")") + 2, stat.lastIndexOf(")") + 3) !== "Z";
}

async function startFamily(name: string): Promise<{ readonly id: string; readonly pids: readonly number[] }> {
  const file = join(engine.root, name);
  const id = await engine.submit({ workflowSource: FAMILY, workflowInputs: JSON.stringify({ "w.pids": file }) });
  const lines = (): readonly string[] => (existsSync(file) ? readFileSync(file, "utf8").trim().split("\n") : []);
  await until("all processes run", 20_000, () => lines().filter((line) => /^\d+$/.test(line)).length === 3);
  return { id, pids: lines().flatMap((line) => (/^\d+$/.test(line) ? [Number(line)] : [])) };
}

test("ends all processes of an aborted run, grandchildren and those that ignore SIGTERM too", async () => {
  const { id, pids } = await startFamily("pids-1");
  expect(pids.every(lives)).toBe(true);
  const answer = await engine.call("POST", `${V1}/${id}/abort`);
  expect([answer.status, answer.text]).toEqual([200, `{"id":"${id}","status":"Aborting"}`]);
  expect(await engine.ended(id)).toBe("Aborted");
  expect(pids.filter(lives)).toEqual([]);
  const { calls } = await engine.metadata(id);
  expect(calls["w.family"]?.map(({ executionStatus }) => executionStatus)).toEqual(["Aborted"]);
  expect(calls["w.after"]).toBeUndefined();
  const again = await engine.call("POST", `${V1}/${id}/abort`);
  expect(again.status).toBe(404);
  expect(again.json).toEqual({
    status: "error",
    message: `Couldn't abort ${id} because no workflow with that ID is in progress`,
  });
});

test("aborts a run that was running when the engine was killed, also when it was asked to before", async () => {
  const { id, pids } = await startFamily("pids-2");
  await engine.kill();
  await engine.start();
  expect(await engine.status(id)).toBe("Running");
  await engine.call("POST", `${V1}/${id}/abort`);
  await engine.kill();
  await engine.start();
  expect(await engine.ended(id)).toBe("Aborted");
  expect(pids.filter(lives)).toEqual([]);
});

test("aborts at once what is held or waits for its turn", async () => {
  const { id: running } = await startFamily("pids-3");
  const source = "version 1.0\nworkflow w { Int x = 1 }";
  for (const hold of ["true", "false"]) {
    const id = await engine.submit({ workflowSource: source, workflowOnHold: hold });
    expect(await engine.status(id)).toBe(hold === "true" ? "On Hold" : "Submitted");
    const answer = await engine.call("POST", `${V1}/${id}/abort`);
    expect(answer.text).toBe(`{"id":"${id}","status":"Aborted"}`);
    expect(await engine.status(id)).toBe("Aborted");
  }
  await engine.call("POST", `${V1}/${running}/abort`);
  expect(await engine.ended(running)).toBe("Aborted");
});

test("tells a malformed id and an unknown one apart", async () => {
  expect((await engine.call("POST", `${V1}/foobar/abort`)).json).toEqual({
    status: "fail",
    message: "Invalid workflow ID: 'foobar'.",
  });
  expect((await engine.call("POST", `${V1}/1-1-1-1-1/abort`)).json).toEqual({
    status: "error",
    message: "Couldn't abort 00000001-0001-0001-0001-000000000001 because no workflow with that ID is in progress",
  });
});
