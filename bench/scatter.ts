import { execFile } from "node:child_process";
import { readFile, mkdir } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import { type Figure, median, slower, timed } from "./measure.ts";
import { ROOT, removeFolder, startGateway, workFolder, type Server } from "./world.ts";

const run = promisify(execFile);

const WDL = `version 1.0
task one { input { Int i } command { echo hello } output { String said = read_string(stdout()) } }
workflow wide { input { Int n } scatter (i in range(n)) { call one { input: i = i } } output { Int done = length(one.said) } }
`;

/** Rounds of each; the middle one counts. */
const ROUNDS = 5;
/** How often a run is looked at. Looks take a share of the same cores, as `awe status --wait` does with one a second. */
const LOOK_MS = 100;
/** Memory of the engine at 2,000 shards, in MB. */
const MOST_MB = 200;

/** A scatter of 500 `echo` tasks through AWE against the bare script, and the engine's memory at 2,000. */
export async function scatter(): Promise<Figure[]> {
  const folder = await workFolder();
  const gateway = await startGateway(folder);
  try {
    await through(gateway, "warm", 50);
    const ours: number[] = [];
    const baseline: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      ours.push(await timed(() => through(gateway, `wide${round}`, 500)));
      baseline.push(await bare(folder, round));
    }
    await through(gateway, "wider", 2_000);
    const megabytes = await engineMegabytes(gateway);
    return [
      slower(
        "scatter of 500 `echo` tasks through AWE, against `xargs -P <cores>` of `bench/task.sh`",
        median(ours),
        median(baseline),
        2.2,
      ),
      {
        what: "the engine's memory after a scatter of 2,000 (peak RSS)",
        ours: `${megabytes} MB`,
        baseline: "–",
        ratio: null,
        limit: `< ${MOST_MB} MB`,
        met: megabytes < MOST_MB,
      },
    ];
  } finally {
    await gateway.stop();
    await removeFolder(folder);
  }
}

async function through(gateway: Server, name: string, n: number): Promise<void> {
  const posted = await gateway.ask(
    "POST",
    `/alice/${name}`,
    JSON.stringify({ workflowSource: WDL, inputs: { "wide.n": n } }),
  );
  if (posted.status !== 200) throw new Error(`a bench run was refused: ${posted.text}`);
  const path = `/alice/${name}/api/workflows/v1/${name}/status`;
  for (;;) {
    const { text } = await gateway.ask("GET", path);
    if (text.includes("Succeeded")) return;
    if (/Failed|Aborted/.test(text))
      throw new Error(`a bench run failed: ${(await gateway.ask("GET", `/alice/${name}`)).text}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

async function bare(folder: string, round: number): Promise<number> {
  const tasks = Array.from({ length: 500 }, (_, index) => join(folder, `bare${round}`, String(index)));
  await Promise.all(tasks.map((task) => mkdir(task, { recursive: true })));
  const script = `printf '%s\\n' "$1"/* | xargs -P ${availableParallelism()} -n 1 "$2"`;
  return timed(() => run("bash", ["-c", script, "bare", join(folder, `bare${round}`), join(ROOT, "bench/task.sh")]));
}

/** Peak resident size of the gateway's one engine. */
async function engineMegabytes(gateway: Server): Promise<number> {
  const { stdout } = await run("pgrep", ["-P", String(gateway.child.pid), "-f", "engine/main.ts"]);
  const status = await readFile(`/proc/${stdout.trim().split("\n")[0]}/status`, "utf8");
  return Math.round(Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) / 1024);
}
