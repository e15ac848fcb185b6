import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { lstat } from "node:fs/promises";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";

import { inlineForm, removeFolder, startGateway, stateFolder, type Gateway } from "../support/gateway.ts";
import { isRoot, lane, onPath } from "../support/require.ts";
import { bashWorkflow, enginePid, runScript, said, uidOf } from "./attack.ts";

const SECRET = "bob-keeps-this-to-himself";

/** Bash functions of every attack: `try NAME COMMAND…` prints whether the command worked. */
const TRY = `try() { local name=$1; shift; if "$@" > /dev/null 2>&1; then echo "$name: yes"; else echo "$name: no"; fi; }
first() { [ -n "$(head -c 1 "$1" | tr '\\0' x)" ]; }
`;

/** What a task may see of its environment; the first is Cromwell's, for the folder of temporary files. */
const LISTED = ["_JAVA_OPTIONS", "HOME", "LANG", "LC_ALL", "LOGNAME", "PATH", "SHELL", "TMPDIR", "TZ", "USER"];

let gateway: Gateway;
let gatewayPid: number;
let bobsEngine: number;
let bobsFile: string;
let bobsRun: string;

const data = (...parts: string[]) => join(gateway.dataFolder, ...parts);
const mallory = (path: string, init?: RequestInit) => gateway.as("mallory", path, init);
let count = 0;
const name = () => `attack-${++count}`;

/** Waits on a busy machine. */
const PATIENCE = { timeout: 30_000, interval: 50 };

async function reaches(user: string, workflow: string, phase: string): Promise<void> {
  const look = async () => (await gateway.as(user, `/${user}/${workflow}`)).json();
  await vi.waitFor(async () => expect(await look()).toMatchObject({ phase }), PATIENCE);
}

/** What `try` printed, by name. */
async function attempts(script: string): Promise<Record<string, string>> {
  const lines = (await said(gateway, "mallory", name(), TRY + script)).split("\n");
  return Object.fromEntries(lines.map((line) => line.split(": ") as [string, string]));
}

describe.runIf(lane("root", isRoot()) && lane("python3", onPath("python3")))("a task", () => {
  beforeAll(async () => {
    // Its value must never be seen by a task.
    gateway = await startGateway(await stateFolder(), { SECRET_OF_THE_GATEWAY: "s3cret", AWE_ENGINE_IDLE: "1h" });
    gatewayPid = gateway.child.pid ?? 0;
    const run = await runScript(gateway, "bob", "kept", `echo ${SECRET} | tee kept.txt`, ['File kept = "kept.txt"']);
    bobsFile = String(run.outputs?.["w.kept"]);
    bobsRun = run.id;
    await gateway.as("bob", "/bob/long", {
      method: "POST",
      body: inlineForm("version 1.0\ntask t { command { sleep 600 } }\nworkflow w { call t }\n"),
    });
    await reaches("bob", "long", "running");
    await said(gateway, "mallory", "first", "true");
    bobsEngine = enginePid(gateway, "bob") ?? 0;
    expect(bobsEngine).toBeGreaterThan(0);
  }, 60_000);

  afterAll(async () => {
    await gateway.as("bob", "/bob/long", { method: "DELETE" });
    await gateway.ended("bob", "long");
    await gateway.stop();
    await removeFolder(gateway.dataFolder);
  }, 30_000);

  test("reads nothing of the gateway's or of another user's below the state folder", async () => {
    const own = data("users", "mallory");
    const found = await said(
      gateway,
      "mallory",
      name(),
      `find ${gateway.dataFolder} -path ${own} -prune -o \\( -type f -o -type d -o -type s \\) \\( -readable -o -writable \\) -print 2> /dev/null; true`,
    );
    expect(found).toBe("");
    const tried = await attempts(`
try key first ${data("keys", "signing-key.json")}
try store first ${data("awe.sqlite")}
try keys ls ${data("keys")}
try secrets ls ${data("secrets")}
try logs ls ${data("logs")}
try objects ls ${data("objects")}
try "own objects" ls ${data("objects", "mallory")}
try accounts ls ${data("uids")}
try users ls ${data("users")}
try "run folder" ls ${data("users", "bob")}
try "their file" first ${bobsFile}
try "their socket" python3 -c 'import socket; socket.socket(socket.AF_UNIX).connect("${data("users", "bob", "engine.sock")}")'
try "hard link" ln ${data("keys", "signing-key.json")} stolen
try "their hard link" ln ${bobsFile} stolen
try "put a file there" touch ${data("users", "bob", "planted")}
try "put a file beside" touch ${data("planted")}
try "move it away" mv ${data("users", "bob")} ${data("users", "eve")}
`);
    expect(Object.keys(tried)).toHaveLength(17);
    expect(Object.entries(tried).filter(([, answer]) => answer !== "no")).toEqual([]);
  });

  test("reads nothing of the processes of the gateway and of other users, and cannot end them", async () => {
    const parts = ["environ", "mem", "maps", "io", "stack", "auxv"];
    const names = ["fd", "fdinfo", "root", "cwd", "map_files", "task"];
    const lines = [gatewayPid, bobsEngine].flatMap((pid) => [
      ...parts.map((part) => `try "${pid} ${part}" first /proc/${pid}/${part}`),
      ...names.slice(0, 5).map((part) => `try "${pid} ${part}" ls /proc/${pid}/${part}/`),
      `try "${pid} exe" readlink -e /proc/${pid}/exe`,
      ...[0, 1, 2, 3].map((fd) => `try "${pid} fd ${fd}" readlink -e /proc/${pid}/fd/${fd}`),
      ...["0", "TERM", "KILL", "STOP"].map((signal) => `try "${pid} ${signal}" kill -${signal} ${pid}`),
      `try "${pid} trace" python3 -c 'import ctypes,sys; sys.exit(ctypes.CDLL(None).ptrace(16, ${pid}, 0, 0) != 0)'`,
    ]);
    const tried = await attempts(lines.join("\n"));
    expect(Object.keys(tried).length).toBe(lines.length);
    expect(Object.entries(tried).filter(([, answer]) => answer !== "no")).toEqual([]);
    expect(enginePid(gateway, "bob")).toBe(bobsEngine);
  });

  test("does not reach its own engine's memory, where its key is", async () => {
    const own = enginePid(gateway, "mallory") ?? 0;
    const tried = await attempts(
      ["environ", "mem", "maps"].map((part) => `try ${part} first /proc/${own}/${part}`).join("\n"),
    );
    expect(tried).toEqual({ environ: "no", mem: "no", maps: "no" });
  });

  test("sees the listed environment, its own account and no descriptor of others", async () => {
    const report = JSON.parse(
      await said(
        gateway,
        "mallory",
        name(),
        `env -0 > env.bin; ls -l /proc/self/fd > fds.txt; python3 - <<'END'
import json, os
status = dict(line.split(":", 1) for line in open("/proc/self/status").read().splitlines())
environment = [entry.split("=", 1)[0] for entry in open("env.bin").read().split("\\0") if entry]
links = {}
for fd in os.listdir("/proc/%d/fd" % os.getppid()):
    try: links[fd] = os.readlink("/proc/%d/fd/%s" % (os.getppid(), fd))
    except OSError: pass
print(json.dumps({"environment": environment, "descriptors": links, "uid": os.getresuid(), "gid": os.getresgid(),
  "groups": os.getgroups(), "capabilities": [status[key].strip() for key in ("CapInh", "CapPrm", "CapEff", "CapAmb")]}))
END`,
      ),
    ) as Record<string, unknown>;
    const uid = uidOf(gateway, "mallory");
    const bashs = ["PWD", "OLDPWD", "SHLVL", "_"];
    expect((report["environment"] as string[]).filter((each) => ![...LISTED, ...bashs].includes(each))).toEqual([]);
    const none = "0000000000000000";
    expect(report).toMatchObject({
      uid: [uid, uid, uid],
      gid: [uid, uid, uid],
      capabilities: [none, none, none, none],
    });
    expect((report["groups"] as number[]).filter((group) => group !== uid)).toEqual([]);
    const execution = data("users", "mallory", "cromwell-executions");
    const strange = Object.entries(report["descriptors"] as Record<string, string>).filter(
      ([fd, target]) => Number(fd) > 2 && !target.startsWith(execution),
    );
    expect(strange).toEqual([]);
  });

  test("finds no secret in the process list", async () => {
    const listed = await said(
      gateway,
      "mallory",
      name(),
      `for pid in ${gatewayPid} ${bobsEngine} $(pgrep -u ${uidOf(gateway, "bob")}); do tr '\\0' ' ' < /proc/$pid/cmdline; done
cat /proc/[0-9]*/environ 2> /dev/null | tr '\\0' '\\n' | grep -c s3cret; true`,
    );
    expect(listed).toContain("engine/main.ts");
    // A token, the key of an engine, or what a workflow was given.
    expect(listed).not.toMatch(/eyJ[A-Za-z0-9_-]{10,}\.|"key"/);
    expect(listed).not.toContain(SECRET);
    expect(listed).toMatch(/0$/);
  });

  test("is nobody on loopback without a token, and nobody to the engines' sockets", async () => {
    const { host } = new URL(gateway.url);
    const own = data("users", "mallory", "engine.sock");
    const answers = JSON.parse(
      await said(
        gateway,
        "mallory",
        name(),
        `python3 - <<'END'
import http.client, json, socket
def over(connect, path):
    try:
        connection = http.client.HTTPConnection("${host}", timeout=5)
        connection.sock = connect()
        connection.request("GET", path)
        return connection.getresponse().status
    except OSError as error: return type(error).__name__
def unix(path):
    def connect():
        made = socket.socket(socket.AF_UNIX); made.settimeout(5); made.connect(path); return made
    return connect
def tcp(): return socket.create_connection("${host}".split(":"), 5)
print(json.dumps([over(tcp, "/awe/v1/me"), over(tcp, "/bob/kept"), over(tcp, "/awe/v1/runs"),
  over(unix("${own}"), "/api/workflows/v1/query"), over(unix("${data("users", "bob", "engine.sock")}"), "/engine/v1/version")]))
END`,
      ),
    ) as unknown[];
    expect(answers.slice(0, 3)).toEqual([401, 401, 401]);
    expect(answers[3]).toBe(401);
    expect(answers[4]).toBe("PermissionError");
  });

  test("cannot make what is not its own its output", async () => {
    const targets = [data("keys", "signing-key.json"), data("awe.sqlite"), bobsFile, `/proc/${gatewayPid}/environ`];
    for (const target of targets) {
      for (const script of [`ln -s ${target} taken`, `ln ${target} taken || ln -s ${target} taken`]) {
        const run = await runScript(gateway, "mallory", name(), script, ['File taken = "taken"']);
        expect((await mallory(`/awe/v1/runs/${run.id}/outputs/w.taken`)).status, target).toBe(404);
      }
    }
    const globbed = await runScript(
      gateway,
      "mallory",
      name(),
      `mkdir g; ln -s ${bobsFile} g/a; ln -s ${data("keys")} g/b`,
      ['Array[File] taken = glob("g/*")'],
    );
    for (const index of [0, 1]) {
      const answer = await mallory(`/awe/v1/runs/${globbed.id}/outputs/w.taken.${index}`);
      expect(answer.status).toBe(404);
      expect(await answer.text()).not.toContain(SECRET);
    }
  });

  test("gains nothing by changing its outputs and logs into links once the run has ended", async () => {
    const workflow = name();
    const run = await runScript(gateway, "mallory", workflow, "echo mine > taken", ['File taken = "taken"']);
    const path = String(run.outputs?.["w.taken"]);
    const output = () => mallory(`/awe/v1/runs/${run.id}/outputs/w.taken`);
    const log = () => mallory(`/awe/v1/runs/${run.id}/calls/attack/logs/stdout`);
    expect(await (await output()).text()).toBe("mine\n");
    const targets = [
      data("keys", "signing-key.json"),
      bobsFile,
      `/proc/${gatewayPid}/environ`,
      "/proc/self/environ",
      data("keys"),
      "/dev/zero",
    ];
    for (const target of targets) {
      await said(gateway, "mallory", name(), `ln -sfn ${target} ${path}; ln -sfn ${target} ${join(path, "../stdout")}`);
      for (const answer of [await output(), await log()]) {
        const text = answer.status === 200 ? await answer.text() : "";
        // What the reading process itself is given may be read: it has no more than the task.
        if (target === "/proc/self/environ") expect(text).not.toContain("s3cret");
        else expect(answer.status, target).toBe(404);
      }
    }
    await said(gateway, "mallory", name(), `rm ${path}; mkfifo ${path}`);
    expect((await output()).status).toBe(404);
  });

  test("gains nothing by inputs that are links", async () => {
    await said(gateway, "mallory", name(), `ln -sfn ${bobsFile} ${data("users", "mallory", "link")}`);
    const source = `version 1.0
task t { input { File f } command { cat ~{f} } output { String said = read_string(stdout()) } }
workflow w { input { File f } call t { input: f = f } output { String said = t.said } }
`;
    const submit = (workflow: string, file: string) =>
      mallory(`/mallory/${workflow}`, {
        method: "POST",
        body: inlineForm(source, { workflowInputs: JSON.stringify({ "w.f": file }) }),
      });
    expect((await submit(name(), bobsFile)).status).toBe(400);
    for (const file of [
      data("users", "mallory", "link"),
      `/proc/${gatewayPid}/environ`,
      "/root/.profile",
      "/etc/shadow",
    ]) {
      const workflow = name();
      expect((await submit(workflow, file)).status).toBe(200);
      const run = await gateway.ended("mallory", workflow);
      expect(run.phase, file).toBe("failed");
      expect(JSON.stringify(run)).not.toContain(SECRET);
    }
  });

  test("gains nothing by options that name foreign places", async () => {
    const before = tree(data("users", "bob"));
    for (const option of ["final_workflow_outputs_dir", "final_call_logs_dir", "final_workflow_log_dir"]) {
      for (const place of [data("users", "bob", "in"), data("keys"), data("objects", "mallory")]) {
        const answer = await mallory(`/mallory/${name()}`, {
          method: "POST",
          body: inlineForm("version 1.0\nworkflow w {}\n", { workflowOptions: JSON.stringify({ [option]: place }) }),
        });
        expect(answer.status, `${option} ${place}`).toBe(400);
        expect(await answer.text()).toContain(option);
      }
    }
    await said(gateway, "mallory", name(), `ln -sfn ${data("users", "bob")} ${data("users", "mallory", "theirs")}`);
    const through = {
      workflowOptions: JSON.stringify({ final_workflow_outputs_dir: data("users", "mallory", "theirs", "in") }),
    };
    await runScript(gateway, "mallory", name(), "echo x > x", ['File x = "x"'], through);
    expect(tree(data("users", "bob"))).toEqual(before);
  });

  test("gains nothing by links in the places of its uploads and staged files", async () => {
    const upload = async () => {
      const answer = await mallory("/awe/v1/uploads?name=a.txt", { method: "POST", body: "mine" });
      return { ...((await answer.json()) as { input?: string; id?: string }), status: answer.status };
    };
    const { input = "", id = "" } = await upload();
    const file = data("users", "mallory", "uploads", id, "a.txt");
    const source = `version 1.0
task t { input { File f } command { cat ~{f} } output { String said = read_string(stdout()) } }
workflow w { input { File f } call t { input: f = f } output { String said = t.said } }
`;
    await said(gateway, "mallory", name(), `ln -sfn ${bobsFile} ${file}`);
    const workflow = name();
    await mallory(`/mallory/${workflow}`, {
      method: "POST",
      body: inlineForm(source, { workflowInputs: JSON.stringify({ "w.f": input }) }),
    });
    const run = await gateway.ended("mallory", workflow);
    expect(run.phase).toBe("failed");
    expect(JSON.stringify(run)).not.toContain(SECRET);

    const theirs = tree(data("users", "bob"));
    const keys = tree(data("keys"));
    const own = data("users", "mallory");
    for (const target of [data("users", "bob"), data("keys")]) {
      await said(
        gateway,
        "mallory",
        name(),
        `cd ${own}; rm -rf uploads staged; ln -sfn ${target} uploads; ln -sfn ${target} staged`,
      );
      expect((await upload()).status).toBeGreaterThanOrEqual(400);
    }
    expect(tree(data("users", "bob"))).toEqual(theirs);
    expect(tree(data("keys"))).toEqual(keys);
    await said(gateway, "mallory", name(), `cd ${own}; rm -f uploads staged`);
    expect((await upload()).status).toBe(201);
  });

  test("does not lead the gateway to another user's engine by a link in its socket's place", async () => {
    const sockets = { own: data("users", "mallory", "engine.sock"), theirs: data("users", "bob", "engine.sock") };
    // It ends when the state folder goes.
    const script = `mv ${sockets.own} ${sockets.own}.kept; ln -s ${sockets.theirs} ${sockets.own}; while [ -e ${sockets.own}.kept ]; do sleep 0.2; done`;
    await mallory("/mallory/holds", { method: "POST", body: inlineForm(bashWorkflow(script)) });
    await vi.waitFor(async () => expect((await lstat(sockets.own)).isSymbolicLink()).toBe(true), PATIENCE);
    // More at once than there are connections of before the change.
    const calls = ["api/workflows/v1/holds/metadata", "engine/v1/version", "api/workflows/v1/backends"];
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, index) => mallory(`/mallory/holds/${calls[index % calls.length]}`)),
    );
    for (const answer of answers) {
      const text = await answer.text();
      expect(text).not.toContain(bobsRun);
      expect(text).not.toContain(SECRET);
      expect([200, 503], text).toContain(answer.status);
    }
    expect(existsSync(`/proc/${bobsEngine}`)).toBe(true);
  });

  test("has changed nothing of the other user's", async () => {
    const answer = await gateway.as("bob", `/awe/v1/runs/${bobsRun}/outputs/w.kept`);
    expect(await answer.text()).toBe(`${SECRET}\n`);
    const runs = (await (await gateway.as("bob", "/awe/v1/runs")).json()) as { items: { name: string }[] };
    expect(runs.items.map((run) => run.name)).toEqual(["long", "kept"]);
  });
});

/** What lies below a folder, with the sizes of its files. What its owner's engine writes meanwhile is left out. */
function tree(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true })
    .map(String)
    .filter((path) => !/engine|\.sqlite|\.db/.test(path))
    .map((path) => {
      const entry = statSync(join(folder, path), { throwIfNoEntry: false });
      return `${path} ${entry?.isFile() ? readFileSync(join(folder, path)).length : ""}`;
    });
}
