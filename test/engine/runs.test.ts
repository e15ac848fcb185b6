import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { afterAll, beforeAll, expect, test } from "vitest";

import { EngineProcess, messages } from "./support/engine-process.ts";
import type { Metadata } from "./support/engine-process.ts";

const V1 = "/api/workflows/v1";

let engine: EngineProcess;

beforeAll(async () => {
  engine = await new EngineProcess({ cores: 2 }).start();
});

afterAll(async () => {
  await engine.remove();
});

const TASK = `
task say {
  input { String text }
  command { echo ~{text} }
  output { String said = read_string(stdout()) }
}`;

test("lays out folders as Cromwell does, and lets nobody else read them", async () => {
  const { id, workflowRoot } = await engine.run({
    workflowSource: `version 1.0${TASK} workflow w { call say { input: text = "x" } }`,
  });
  expect(workflowRoot).toBe(`${engine.root}/cromwell-executions/w/${id}`);
  const execution = join(workflowRoot, "call-say", "execution");
  expect(readdirSync(execution)).toEqual(expect.arrayContaining(["rc", "script", "stderr", "stdout"]));
  expect(readFileSync(join(execution, "rc"), "utf8").trim()).toBe("0");
  expect(statSync(workflowRoot).mode & 0o077).toBe(0);
  expect(statSync(join(engine.root, "engine.sqlite")).mode & 0o077).toBe(0);
  expect(statSync(engine.socket).mode & 0o777).toBe(0o600);
});

test("gives a sub-workflow an id, a folder and metadata of its own", async () => {
  const { id, calls } = await engine.run({
    workflowSource: `version 1.0
import "inner.wdl"
workflow outer { scatter (x in ["a", "b"]) { call inner.inner { input: x = x } } output { Array[String] o = inner.o } }`,
    workflowDependencies: await zipOf({
      "inner.wdl": `version 1.0${TASK} workflow inner { input { String x } call say { input: text = x } output { String o = say.said } }`,
    }),
  });
  const call = calls["outer.inner"]?.[1];
  const subId = call?.subWorkflowId ?? "";
  expect(call).toMatchObject({ executionStatus: "Done", shardIndex: 1, outputs: { o: "b" } });
  const sub = await engine.metadata(subId);
  expect(sub).toMatchObject({
    id: subId,
    status: "Succeeded",
    workflowName: "inner",
    parentWorkflowId: id,
    rootWorkflowId: id,
    outputs: { "inner.o": "b" },
    labels: { "cromwell-workflow-id": `cromwell-${id}`, "cromwell-sub-workflow-name": "inner" },
  });
  expect(sub.calls["inner.say"]?.[0]?.callRoot).toBe(
    `${engine.root}/cromwell-executions/outer/${id}/call-inner/shard-1/inner/${subId}/call-say`,
  );
  const expanded = await engine.metadata(id, "?expandSubWorkflows=true&includeKey=executionStatus");
  expect(expanded.calls["outer.inner"]?.[1]).toEqual({
    executionStatus: "Done",
    shardIndex: 1,
    attempt: 1,
    subWorkflowMetadata: {
      id: subId,
      calls: { "inner.say": [{ executionStatus: "Done", shardIndex: -1, attempt: 1 }] },
    },
  });
  const listing = (await engine.get(`${V1}/query?name=inner`)).json as { totalResultsCount: number };
  expect(listing.totalResultsCount).toBe(2);
  const roots = (await engine.get(`${V1}/query?name=inner&includeSubworkflows=false`)).json as typeof listing;
  expect(roots.totalResultsCount).toBe(0);
  expect((await engine.call("POST", `${V1}/${subId}/abort`)).status).toBe(404);
});

test("makes a scatter inside of a scatter a workflow named by its place, as Cromwell does", async () => {
  const { id, calls, outputs } = await engine.run({
    workflowSource: `version 1.0${TASK}
workflow w {
  scatter (a in ["1", "2"]) {
    scatter (b in ["x", "y"]) {
      call say { input: text = a + b }
    }
  }
  output { Array[Array[String]] o = say.said }
}`,
  });
  expect(outputs).toEqual({
    "w.o": [
      ["1x", "1y"],
      ["2x", "2y"],
    ],
  });
  const inner = calls["ScatterAt9_14"]?.[1];
  expect(inner?.shardIndex).toBe(1);
  const sub = await engine.metadata(inner?.subWorkflowId ?? "");
  expect(sub.calls["w.say"]?.map(({ callRoot }) => callRoot)).toEqual([
    `${engine.root}/cromwell-executions/w/${id}/call-ScatterAt9_14/shard-1/ScatterAt9_14/${sub.id}/call-say/shard-0`,
    `${engine.root}/cromwell-executions/w/${id}/call-ScatterAt9_14/shard-1/ScatterAt9_14/${sub.id}/call-say/shard-1`,
  ]);
});

test("tells calls and values of one name apart", async () => {
  const { outputs, failures } = await engine.run({
    workflowSource: `version 1.0
struct Named { String x String y String bam }
task pick {
  input { String text }
  command { echo ~{text} }
  output { String x = read_string(stdout()) String y = "y of " + text String bam = "bam of " + text }
}
workflow w {
  input { String plain = "given" }
  call pick as a { input: text = plain }
  call pick as b { input: text = "second" }
  call pick as plain { input: text = a.x }
  call pick as bam { input: text = "one" }
  String bam = bam.bam
  Named both = object { x: "member x", y: "member y", bam: "member bam" }
  call pick as both { input: text = bam }
  scatter (i in [1, 2]) {
    call pick as deep { input: text = bam + i }
    String deep = deep.bam
    if (i == 2) {
      call pick as maybe { input: text = deep }
      String maybe = maybe.bam
    }
  }
  if (false) {
    call pick as left_out { input: text = bam }
    String left_out = left_out.bam
  }
  output {
    String a = b.x
    String b = a.y
    String c = plain + ", " + plain.x
    String d = bam + ", " + bam.x
    Array[String] e = deep
    Array[String] f = deep.x
    Array[String?] g = maybe
    Array[String?] h = maybe.x
    String? i = left_out
    String? j = left_out.x
    Named k = both
    String l = both.x
  }
}`,
  });
  expect(failures).toBeUndefined();
  expect(outputs).toEqual({
    "w.a": "second",
    "w.b": "y of given",
    "w.c": "given, given",
    "w.d": "bam of one, one",
    "w.e": ["bam of bam of one1", "bam of bam of one2"],
    "w.f": ["bam of one1", "bam of one2"],
    "w.g": [null, "bam of bam of bam of one2"],
    "w.h": [null, "bam of bam of one2"],
    "w.i": null,
    "w.j": null,
    "w.k": { x: "member x", y: "member y", bam: "member bam" },
    "w.l": "bam of one",
  });
});

test("tries again as often as maxRetries says, and tells of each attempt", async () => {
  const source = (tries: number) => `version 1.0
task flaky {
  input { String counter }
  command <<<
    echo x >> ~{counter}
    test $(wc -l < ~{counter}) -ge ${tries}
  >>>
  output { String done = "yes" }
  runtime { maxRetries: 1 }
}
workflow w { input { String counter } call flaky { input: counter = counter } }`;
  const inputs = (name: string) => JSON.stringify({ "w.counter": join(engine.root, name) });
  const good = await engine.run({ workflowSource: source(2), workflowInputs: inputs("two") });
  expect(good.status).toBe("Succeeded");
  expect(good.calls["w.flaky"]).toMatchObject([
    { attempt: 1, executionStatus: "RetryableFailure", returnCode: 1, retryableFailure: true },
    { attempt: 2, executionStatus: "Done", returnCode: 0 },
  ]);
  expect(good.calls["w.flaky"]?.[1]?.callRoot).toMatch(/call-flaky\/attempt-2$/);
  const bad = await engine.run({ workflowSource: source(9), workflowInputs: inputs("nine") });
  expect(bad.calls["w.flaky"]?.map((call) => call.executionStatus)).toEqual(["RetryableFailure", "Failed"]);
  expect(messages(bad.failures)[0]).toBe("Workflow failed");
  expect(messages(bad.failures)[1]).toMatch(/w\.flaky.*return code 1/);
  const jobs = (await engine.get(`${V1}/${bad.id}/metadata/failed-jobs`)).json as Record<string, Metadata>;
  expect(jobs[bad.id]?.calls["w.flaky"]).toHaveLength(2);
});

const TWO_BRANCHES = `version 1.0
task step {
  input { Int code = 0 String? wait_for String? make Array[String] needs = [] }
  command <<<
    ~{"while ! test -e " + wait_for + "; do sleep 0.02; done"}
    ~{"touch " + make}
    exit ~{code}
  >>>
  output { String done = "done" }
}
workflow w {
  input { String gate }
  call step as bad { input: code = 3 }
  call step as good { input: wait_for = gate }
  call step as later { input: needs = [good.done] }
  call step as never { input: needs = [bad.done] }
}`;

test.for([
  ["starts nothing new after a failure", "NoNewCalls", ["w.bad", "w.good"]],
  [
    "goes on with what does not depend on a failure where the options say so",
    "ContinueWhilePossible",
    ["w.bad", "w.good", "w.later"],
  ],
] as const)("%s", async ([, mode, called]) => {
  const gate = join(engine.root, `gate-${mode}`);
  const id = await engine.submit({
    workflowSource: TWO_BRANCHES,
    workflowInputs: JSON.stringify({ "w.gate": gate }),
    workflowOptions: JSON.stringify({ workflow_failure_mode: mode }),
  });
  await engine.callStatus(id, "w.bad", "Failed");
  writeFileSync(gate, "");
  expect(await engine.ended(id)).toBe("Failed");
  expect(Object.keys((await engine.metadata(id)).calls)).toEqual(called);
});

test("keeps a held workflow until it is released, once", async () => {
  const source = "version 1.0\nworkflow w { output { Int x = 1 } }";
  const id = await engine.submit({ workflowSource: source, workflowOnHold: "true" });
  expect(await engine.status(id)).toBe("On Hold");
  const released = await engine.call("POST", `${V1}/${id}/releaseHold`);
  expect([released.status, released.text]).toEqual([200, `{"id":"${id}","status":"Submitted"}`]);
  expect(await engine.ended(id)).toBe("Succeeded");
  const again = await engine.call("POST", `${V1}/${id}/releaseHold`);
  expect(again.status).toBe(403);
  expect(again.json).toEqual({
    status: "error",
    message: `Couldn't change status of workflow ${id} to 'Submitted' because the workflow is not in 'On Hold' state`,
  });
});

test("gives tasks the listed environment and nothing else", async () => {
  const { outputs } = await engine.run({
    workflowSource: `version 1.0
task show {
  command { env | cut -d= -f1 | sort }
  output { Array[String] names = read_lines(stdout()) }
}
workflow w { call show output { Array[String] names = show.names } }`,
  });
  expect(outputs["w.names"]).toContain("LISTED");
  expect(outputs["w.names"]).not.toContain("HOME");
  expect(outputs["w.names"]).not.toContain("USER");
});

test("takes runtime attributes from options and inputs, and shows them", async () => {
  const { calls, outputs } = await engine.run({
    workflowSource: `version 1.1
task t {
  command { exit 4 }
  output { Int ok = 1 }
}
workflow w { call t output { Int ok = t.ok } meta { allowNestedInputs: true } }`,
    workflowInputs: '{"w.t.runtime.cpu": 2}',
    workflowOptions: '{"default_runtime_attributes": {"continueOnReturnCode": [4]}}',
  });
  expect(outputs).toEqual({ "w.ok": 1 });
  expect(calls["w.t"]?.[0]?.runtimeAttributes?.["cpu"]).toBe("2");
});

test("runs a task that asks for more than the machine has, alone", async () => {
  const { status } = await engine.run({
    workflowSource: `version 1.0
task big { input { Int i } command { echo ~{i} } runtime { cpu: 64 memory: "9000 GB" } output { Int o = i } }
workflow w { scatter (i in range(3)) { call big { input: i = i } } }`,
  });
  expect(status).toBe("Succeeded");
});

test("copies outputs and logs to where the options want them", async () => {
  const source = `version 1.0
task make { command { mkdir sub; echo text > sub/out.txt } output { File out = "sub/out.txt" } }
workflow w { call make output { File out = make.out } }`;
  const run = (options: object) => engine.run({ workflowSource: source, workflowOptions: JSON.stringify(options) });
  const final = join(engine.root, "final");
  const kept = await run({
    final_workflow_outputs_dir: final,
    final_call_logs_dir: "logs",
    final_workflow_log_dir: "log",
  });
  expect(readFileSync(`${final}/w/${kept.id}/call-make/execution/sub/out.txt`, "utf8")).toBe("text\n");
  expect(kept.outputs["w.out"]).toContain("cromwell-executions");
  expect(existsSync(`${engine.root}/logs/w/${kept.id}/call-make/execution/stdout`)).toBe(true);
  expect(readFileSync(`${engine.root}/log/workflow.${kept.id}.log`, "utf8")).toContain("Succeeded");
  const flat = await run({
    final_workflow_outputs_dir: final,
    use_relative_output_paths: true,
    final_workflow_outputs_dir_metadata: "destination",
  });
  expect(flat.outputs).toEqual({ "w.out": `${final}/sub/out.txt` });
  writeFileSync(join(engine.root, "blocked"), "a file where a folder is wanted");
  const failed = await run({ final_workflow_outputs_dir: "blocked" });
  expect(failed.status).toBe("Failed");
  expect(messages(failed.failures).join()).toContain("blocked");
});

test("refuses to copy two outputs to one path", async () => {
  const { failures } = await engine.run({
    workflowSource: `version 1.0
task make { input { Int i } command { echo ~{i} > same.txt } output { File out = "same.txt" } }
workflow w { scatter (i in range(2)) { call make { input: i = i } } output { Array[File] out = make.out } }`,
    workflowOptions: '{"final_workflow_outputs_dir": "one", "use_relative_output_paths": true}',
  });
  expect(messages(failures).join()).toMatch(/would both become .*one\/same\.txt/);
});

test("resolves relative files of inputs against its root", async () => {
  mkdirSync(join(engine.root, "data"), { recursive: true });
  writeFileSync(join(engine.root, "data", "in.txt"), "content");
  const { outputs } = await engine.run({
    workflowSource:
      "version 1.0\nworkflow w { input { File f } output { String s = read_string(f) String b = basename(f) } }",
    workflowInputs: '{"w.f": "data/in.txt"}',
  });
  expect(outputs).toEqual({ "w.s": "content", "w.b": "in.txt" });
});

test("tells where an expression of a workflow failed", async () => {
  const { failures } = await engine.run({
    workflowSource: "version 1.0\nworkflow w { Int zero = 0 Int x = 1 / zero output { Int o = x } }",
  });
  expect(messages(failures)[0]).toBe("Workflow failed");
  expect(messages(failures)[1]).toMatch(/^Failed to evaluate 'x' \(reason 1 of 1\): /);
});

test("lets a small run pass a wide one", async () => {
  const wide = await engine.submit({
    workflowSource: `version 1.0
task t { input { Int i } command { sleep 0.05 } output { Int o = i } }
workflow wide { scatter (i in range(400)) { call t { input: i = i } } }`,
  });
  const small = await engine.run({
    workflowSource: `version 1.0${TASK} workflow w { call say { input: text = "x" } }`,
  });
  expect(small.status).toBe("Succeeded");
  expect(await engine.status(wide)).toBe("Running");
  await engine.call("POST", `${V1}/${wide}/abort`);
  expect(await engine.ended(wide)).toBe("Aborted");
});

async function zipOf(files: Readonly<Record<string, string>>): Promise<Buffer> {
  const { default: yazl } = await import("yazl");
  const zip = new yazl.ZipFile();
  for (const [name, text] of Object.entries(files)) zip.addBuffer(Buffer.from(text), name);
  zip.end();
  const chunks: Buffer[] = [];
  for await (const chunk of zip.outputStream) chunks.push(Buffer.from(chunk as Uint8Array));
  return Buffer.concat(chunks);
}
