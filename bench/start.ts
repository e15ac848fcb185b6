import { execFile, spawn } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";

import { byTurns, type Figure, median, slower, timed } from "./measure.ts";
import { ROOT, removeFolder, workFolder } from "./world.ts";

const run = promisify(execFile);

/** `awe check` of 1,000 lines against `node -e 0`, and `npm start` to the first answer against an empty script. */
export async function start(): Promise<Figure[]> {
  const folder = await workFolder();
  try {
    return [await checking(folder), ...(await serving(folder))];
  } finally {
    await removeFolder(folder);
  }
}

async function checking(folder: string): Promise<Figure> {
  const file = join(folder, "long.wdl");
  await writeFile(file, thousandLines());
  const check = () => run(process.execPath, [join(ROOT, "bin/awe.js"), "check", file]);
  const nothing = () => run(process.execPath, ["-e", "0"]);
  await check();
  await nothing();
  const { ours, baseline } = await byTurns(15, check, nothing);
  return slower(
    "`awe check` of 1,000 lines, second start, against `node -e 0` (median)",
    median(ours),
    median(baseline),
    3.5,
  );
}

async function serving(folder: string): Promise<Figure[]> {
  await writeFile(
    join(folder, "package.json"),
    JSON.stringify({ name: "empty", version: "1.0.0", scripts: { start: "true" } }),
  );
  const port = await freePort();
  const env = { ...process.env, AWE_DATA: join(folder, "state"), AWE_PORT: String(port), AWE_LOG: "warn" };
  const times = { healthy: [] as number[], ready: [] as number[], baseline: [] as number[] };
  // The first round fills the caches.
  for (let round = 0; round < 10; round++) {
    const start = performance.now();
    const npm = spawn("npm", ["start"], { cwd: ROOT, env, stdio: "ignore", detached: true });
    await untilAnswered(port, "/healthz");
    const healthy = performance.now() - start;
    await untilAnswered(port, "/awe/v1/me");
    const ready = performance.now() - start;
    await new Promise<void>((resolve) => {
      npm.once("exit", () => resolve());
      process.kill(-(npm.pid ?? 0), "SIGTERM");
    });
    const baseline = await timed(() => run("npm", ["start"], { cwd: folder }));
    if (round === 0) continue;
    times.healthy.push(healthy);
    times.ready.push(ready);
    times.baseline.push(baseline);
  }
  const empty = median(times.baseline);
  return [
    slower(
      "`npm start` to the first answer of `/healthz`, against `npm start` of an empty script (median)",
      median(times.healthy),
      empty,
      2.5,
    ),
    {
      ...slower("the same to the first answer of any other call (median)", median(times.ready), empty, 2.5),
      limit: "–",
      met: true,
    },
  ];
}

async function untilAnswered(port: number, path: string): Promise<void> {
  while (!(await fetch(`http://127.0.0.1:${port}${path}`).catch(() => undefined))) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}

/** 125 tasks of seven lines, and a workflow that calls them all. */
function thousandLines(): string {
  const tasks = Array.from(
    { length: 125 },
    (_, i) =>
      `task t${i} {\n  input {\n    Int n\n  }\n  command <<< echo ~{n + ${i}} >>>\n  output { Int m = read_int(stdout()) }\n}`,
  );
  const calls = Array.from({ length: 125 }, (_, i) => `  call t${i} { input: n = ${i === 0 ? "0" : `t${i - 1}.m`} }`);
  return `version 1.0\n${tasks.join("\n")}\nworkflow long {\n${calls.join("\n")}\n}\n`;
}
