import { join } from "node:path";

import { byTurns, type Figure, median, slower } from "./measure.ts";
import { removeFolder, startBare, startGateway, workFolder, type Server } from "./world.ts";

/** A workflow of 50 lines: tasks of seven lines each, and calls of them. */
const TASKS = Array.from(
  { length: 6 },
  (_, i) =>
    `task t${i} {\n  input {\n    Int n\n  }\n  command { echo ~{n} }\n  output { Int m = read_int(stdout()) }\n}`,
);
const CALLS = Array.from({ length: 6 }, (_, i) => `  call t${i} { input: n = ${i === 0 ? "0" : `t${i - 1}.m`} }`);
const WDL = `version 1.0\n${TASKS.join("\n")}\nworkflow fifty {\n${CALLS.join("\n")}\n}\n`;

const ROUNDS = 300;

/** From `POST` to "accepted", against a bare route that writes one durable row. */
export async function submission(): Promise<Figure[]> {
  const folder = await workFolder();
  const [gateway, bare] = await Promise.all([
    startGateway(folder),
    startBare("one-row", { DATABASE: join(folder, "bare.sqlite") }),
  ]);
  // Held, so that what is measured is accepting and not running.
  const body = JSON.stringify({ workflowSource: WDL, workflowOnHold: true });
  let count = 0;
  const posted = (server: Server) => async () => {
    const { status, text } = await server.ask("POST", `/alice/run${count++}`, body);
    if (status !== 200) throw new Error(`a bench run was refused: ${text}`);
  };
  try {
    await byTurns(30, posted(gateway), posted(bare));
    const { ours, baseline } = await byTurns(ROUNDS, posted(gateway), posted(bare));
    return [
      slower(
        "`POST` of 50 lines of inline WDL to accepted, against a bare route that writes one row (median)",
        median(ours),
        median(baseline),
        6,
      ),
    ];
  } finally {
    await Promise.all([gateway.stop(), bare.stop()]);
    await removeFolder(folder);
  }
}
