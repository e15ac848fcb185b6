import { FormData } from "undici";

import { byTurns, fewer, type Figure, median, slower, throughput } from "./measure.ts";
import { removeFolder, startBare, startEngine, startGateway, until, workFolder, type Server } from "./world.ts";

const WDL = `version 1.0
task wait { command { sleep 600 } }
workflow long { call wait }
`;
const ID = "11111111-2222-4333-8444-555555555555";
const CALLS = 1_500;
const LANES = 16;

/** Status from the store against the engine itself, and a proxied call against a bare pass-through. */
export async function status(): Promise<Figure[]> {
  const folder = await workFolder();
  const [gateway, engine] = await Promise.all([startGateway(folder), startEngine(folder)]);
  const bare = await startBare("pass-through", { ENGINE: engine.origin });
  try {
    await gateway.ask("POST", "/alice/long", JSON.stringify({ workflowSource: WDL }));
    await until(gateway, "/alice/long/api/workflows/v1/long/status", /Running/);
    const form = new FormData();
    form.set("workflowSource", WDL);
    form.set("requestedWorkflowId", ID);
    await engine.ask("POST", "/api/workflows/v1", form);
    await until(engine, `/api/workflows/v1/${ID}/status`, /Running/);

    const fromStore = await compare(
      gateway,
      "/alice/long/api/workflows/v1/long/status",
      engine,
      `/api/workflows/v1/${ID}/status`,
    );
    const proxied = await compare(
      gateway,
      "/alice/long/api/workflows/v1/long/logs",
      bare,
      `/api/workflows/v1/${ID}/logs`,
    );
    await gateway.ask("POST", "/alice/long/api/workflows/v1/long/abort");
    await engine.ask("POST", `/api/workflows/v1/${ID}/abort`);
    return [
      slower(
        "status through AWE, from the store, against the engine itself (median)",
        fromStore.ours,
        fromStore.baseline,
        2,
      ),
      fewer("status requests a second", fromStore.oursRate, fromStore.baselineRate, 0.5),
      slower(
        "a proxied call (`logs`) against a bare Hono and undici pass-through (median)",
        proxied.ours,
        proxied.baseline,
        1.6,
      ),
      fewer("proxied requests a second", proxied.oursRate, proxied.baselineRate, 0.5),
    ];
  } finally {
    await Promise.all([gateway.stop(), engine.stop(), bare.stop()]);
    await removeFolder(folder);
  }
}

async function compare(ours: Server, ourPath: string, baseline: Server, basePath: string) {
  const askOurs = () => asked(ours, ourPath);
  const askBase = () => asked(baseline, basePath);
  await byTurns(300, askOurs, askBase);
  const times = await byTurns(CALLS, askOurs, askBase);
  const rates = { ours: [] as number[], baseline: [] as number[] };
  for (let round = 0; round < 3; round++) {
    rates.ours.push(await throughput(CALLS, LANES, askOurs));
    rates.baseline.push(await throughput(CALLS, LANES, askBase));
  }
  return {
    ours: median(times.ours),
    baseline: median(times.baseline),
    oursRate: median(rates.ours),
    baselineRate: median(rates.baseline),
  };
}

async function asked(server: Server, path: string): Promise<void> {
  const { status, text } = await server.ask("GET", path);
  if (status !== 200) throw new Error(`${path} answered ${status}: ${text}`);
}
