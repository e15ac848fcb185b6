import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { afterAll, expect, test } from "vitest";
import { messages, openBench, plain, recordingHooks, run } from "./attempts.ts";

const bench = openBench();
afterAll(() => bench.close());

test("a task runs in its execution folder and gives its outputs", async () => {
  const hooks = recordingHooks();
  const { result, execution } = await run(
    bench,
    `task greet {
      input { String name = "world" }
      Int twice = 2 * length([1, 2])
      command <<<
        echo "hello ~{name} ~{twice}"
        pwd > where.txt
        echo note >&2
      >>>
      output {
        String line = read_string(stdout())
        File where = "where.txt"
        File? missing = "missing.txt"
        String err = read_string(stderr())
      }
    }`,
    { hooks },
  );
  expect(plain(result)).toEqual({
    line: "hello world 4",
    where: `${execution}/where.txt`,
    missing: null,
    err: "note",
  });
  expect(readFileSync(`${execution}/where.txt`, "utf8")).toBe(`${execution}\n`);
  expect(readFileSync(`${execution}/rc`, "utf8")).toBe("0\n");
  expect(existsSync(`${execution}/rc.tmp`)).toBe(false);
  expect(hooks.prepared[0]?.commandLine).toBe('echo "hello world 4"\npwd > where.txt\necho note >&2');
  expect(hooks.prepared[0]?.stdout).toBe(`${execution}/stdout`);
  expect(hooks.pids).toHaveLength(1);
});

test("a later attempt has a folder of its own", async () => {
  const { result, execution } = await run(bench, `task t { command {} }`, { attempt: 2 });
  expect(result).toMatchObject({ kind: "done", returnCode: 0 });
  expect(execution).toContain("/attempt-2/execution");
  expect(existsSync(`${execution}/script`)).toBe(true);
});

test("a return code that is not declared is a failure in Cromwell's words, with the end of stderr", async () => {
  const { result, execution } = await run(bench, `task bad { command { echo oops >&2; exit 3 } }`, { shard: 7 });
  expect(result).toMatchObject({ kind: "failed", returnCode: 3, retryable: true });
  expect(messages(result)).toBe(
    "Job wf.bad:7:1 exited with return code 3 which has not been declared as a valid return code. " +
      "See 'continueOnReturnCode' runtime attribute for more details.\n" +
      `Check the content of stderr for potential additional information: ${execution}/stderr.\n oops\n`,
  );
});

test("a task sees the listed environment and nothing else", async () => {
  const { result, execution } = await run(
    bench,
    `task env {
      command <<<
        env -0 | sort -z | tr '\\0' '\\n'
      >>>
      output { Array[String] lines = read_lines(stdout()) }
    }`,
  );
  const { lines } = plain(result) as { lines: string[] };
  const names = lines.map((line) => line.split("=")[0]);
  // Besides the listed ones: what the script exports, and what bash itself sets.
  const known = ["HOME", "LANG", "PATH", "TMPDIR", "_JAVA_OPTIONS", "OLDPWD", "PWD", "SHLVL", "_"];
  expect(names.filter((name) => !known.includes(name ?? ""))).toEqual([]);
  expect(lines).toContain("HOME=/nonexistent");
  const temporary = lines.find((line) => line.startsWith("TMPDIR="))?.slice(7) ?? "";
  expect(temporary.startsWith(`${execution}/tmp.`)).toBe(true);
  expect(statSync(temporary).isDirectory()).toBe(true);
});

test("a task inherits no descriptor and leads a session of its own", async () => {
  const { result } = await run(
    bench,
    `task fds {
      command <<<
        ls -l /proc/$BASHPID/fd
        read -r -a stat < /proc/$$/stat
        echo "\${stat[4]} \${stat[5]} $$" >&2
      >>>
      output { Array[String] open = read_lines(stdout())  String ids = read_string(stderr()) }
    }`,
  );
  const { open, ids } = plain(result) as { open: string[]; ids: string };
  // The subshell that runs the command keeps none of the wrapper's descriptors.
  const descriptors = open.flatMap((line) => / (\d+ -> .*)$/.exec(line)?.[1] ?? []);
  expect(descriptors.map((line) => line.split(" ")[0])).toEqual(["0", "1", "2"]);
  expect(descriptors[0]).toBe("0 -> /dev/null");
  expect(new Set(ids.split(" ")).size).toBe(1);
});

test("outputs that cannot be evaluated name the output and the reason", async () => {
  const { result, execution } = await run(bench, `task t { command {} output { File report = "report.txt" } }`);
  expect(result).toMatchObject({ kind: "failed", returnCode: 0, retryable: false });
  expect(messages(result)).toContain("Failed to evaluate job outputs");
  expect(messages(result)).toContain("Bad output 'wf.t.report'");
  expect(messages(result)).toContain(`Could not process output, file not found: ${execution}/report.txt`);
});

test("a command that is not valid bash fails with what bash says", async () => {
  const { result } = await run(bench, `task t { command { if true; then } }`);
  expect(result).toMatchObject({ kind: "failed", retryable: true });
  expect(messages(result)).toContain("Job wf.t:NA:1 ended without a return code");
  expect(messages(result)).toContain("syntax error");
});

test("a command that kills its own session fails and does not hang", async () => {
  const { result } = await run(bench, `task t { command { kill -9 0 } }`);
  expect(result).toMatchObject({ kind: "failed", retryable: true });
});

test("the folder holds Cromwell's files and no others", async () => {
  const { execution } = await run(bench, `task t { command { echo x } }`);
  expect(
    readdirSync(execution)
      .map((name) => name.replace(/^tmp\..*/, "tmp"))
      .toSorted(),
  ).toEqual(["pid", "rc", "script", "stderr", "stdout", "tmp"]);
});
