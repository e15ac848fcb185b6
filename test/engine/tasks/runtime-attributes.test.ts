import { afterAll, expect, test } from "vitest";
import { memoryBytes } from "#src/engine/tasks/memory.ts";
import { messages, openBench, recordingHooks, run } from "./attempts.ts";
import type { JobParts } from "./attempts.ts";

const bench = openBench();
afterAll(() => bench.close());

const GIB = 1024 ** 3;

async function prepared(runtime: string, parts: JobParts = {}) {
  const hooks = recordingHooks();
  const { result } = await run(bench, `task t { command {} runtime { ${runtime} } }`, { ...parts, hooks });
  return { job: hooks.prepared[0], result };
}

test.for([
  ["2 GB", 2 * GIB],
  ["512 MiB", 512 * 1024 ** 2],
  ["1.5G", 1.5 * GIB],
  ["7000MB", 7000 * 1024 ** 2],
  [" 3 TiB ", 3 * 1024 * GIB],
  ["100 B", 100],
  ["64 KB", 65_536],
  ["4 gb", 4 * GIB],
  ["1024", 1024],
  ["0 GB", undefined],
  ["two GB", undefined],
  ["2 XB", undefined],
  ["-1 GB", undefined],
  ["", undefined],
] as const)("the memory %s is %s bytes", ([text, bytes]) => {
  expect(memoryBytes({ kind: "string", value: text })).toBe(bytes);
});

test("a task without a runtime section has Cromwell's defaults", async () => {
  const { job } = await prepared("");
  expect(job).toMatchObject({ cpu: 1, memoryBytes: 0, maxRetries: 0, notes: [] });
  expect(job?.runtimeAttributes).toEqual({ failOnStderr: "false", continueOnReturnCode: "0", maxRetries: "0" });
});

test("runtime attributes are evaluated, unknown ones kept, and a container is noted as not used", async () => {
  const { job } = await prepared(
    `cpu: "2" memory: "~{1 + 2} GB" maxRetries: 1 docker: "ubuntu:22.04" disks: "local-disk 10 HDD" preemptible: 3`,
  );
  expect(job).toMatchObject({ cpu: 2, memoryBytes: 3 * GIB, maxRetries: 1 });
  expect(job?.runtimeAttributes).toEqual({
    cpu: "2",
    memory: "3 GB",
    maxRetries: "1",
    docker: "ubuntu:22.04",
    disks: "local-disk 10 HDD",
    preemptible: "3",
    failOnStderr: "false",
    continueOnReturnCode: "0",
  });
  expect(job?.notes).toEqual(["The container ubuntu:22.04 is not used: the task runs as a process of this machine."]);
});

test("an override wins over the task, the task over the workflow's defaults", async () => {
  const { job } = await prepared(`cpu: 2 memory: "2 GB"`, {
    runtimeDefaults: { cpu: 8, memory: "8 GB", maxRetries: 3, zones: "here" },
    runtimeOverrides: new Map<string, unknown>([["memory", "4 GB"]]),
  });
  expect(job).toMatchObject({ cpu: 2, memoryBytes: 4 * GIB, maxRetries: 3 });
  expect(job?.runtimeAttributes["zones"]).toBe("here");
});

test("an attribute that is overridden is not evaluated", async () => {
  const { job } = await prepared(`cpu: 1 / 0`, { runtimeOverrides: new Map([["cpu", 4]]) });
  expect(job?.cpu).toBe(4);
});

test.for([
  ["cpu: 0", "Expecting cpu runtime attribute to be a number greater than 0, not 0"],
  [`memory: "lots"`, "Expecting memory runtime attribute to be an Integer or String with format '8 GB', not lots"],
  ["maxRetries: -1", "Expecting maxRetries runtime attribute"],
  [`failOnStderr: "perhaps"`, "Expecting failOnStderr runtime attribute"],
  [`continueOnReturnCode: "some"`, "Expecting continueOnReturnCode runtime attribute"],
  ["gpu: true", "The runtime attribute gpu is true, but this backend has no GPUs"],
] as const)("%s is a failure that says what is expected", async ([runtime, message]) => {
  const { result, job } = await prepared(runtime);
  expect(result).toMatchObject({ kind: "failed", retryable: false });
  expect(messages(result)).toContain(message);
  expect(job).toBeUndefined();
});

test.for([
  ["", 0, true],
  ["", 3, false],
  ["continueOnReturnCode: true", 9, true],
  [`continueOnReturnCode: "true"`, 9, true],
  ["continueOnReturnCode: false", 9, false],
  ["continueOnReturnCode: 3", 3, true],
  ["continueOnReturnCode: 3", 0, false],
  [`continueOnReturnCode: "3"`, 3, true],
  ["continueOnReturnCode: [0, 3]", 3, true],
  ["continueOnReturnCode: [0, 3]", 4, false],
  [`returnCodes: "*"`, 200, true],
  ["returnCodes: 2", 2, true],
  ["returnCodes: [1, 2]", 0, false],
  ["returnCodes: [1, 2]", 1, true],
] as const)("with %s return code %i is good: %s", async ([runtime, code, good]) => {
  const { result } = await run(bench, `task t { command { exit ${code} } runtime { ${runtime} } }`, { version: "1.1" });
  expect(result).toMatchObject({ kind: good ? "done" : "failed", returnCode: code });
});

test("failOnStderr makes a task fail that wrote to its standard error", async () => {
  const task = (command: string) => `task t { command { ${command} } runtime { failOnStderr: true } }`;
  expect((await run(bench, task("echo fine"))).result.kind).toBe("done");
  const { result } = await run(bench, task("echo oh >&2"));
  expect(result).toMatchObject({ kind: "failed", returnCode: 0, retryable: true });
  expect(messages(result)).toContain(
    "stderr for job wf.t:NA:1 has length 3 and 'failOnStderr' runtime attribute was true.",
  );
});
