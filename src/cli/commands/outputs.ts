import { isTerminal } from "#src/model/run.ts";
import type { RunView } from "#src/workflows/run-view.ts";
import type { Run } from "../command.ts";
import { download } from "../download.ts";
import { EXIT } from "../exit.ts";
import { newestRun } from "../newest-run.ts";
import { valueText } from "../run-text.ts";
import { serverOf } from "../server.ts";
import { printable } from "../terminal.ts";

/** `awe outputs`: what the newest run gave, shown or brought here. */
export const run: Run = async (context, given) => {
  const { out, err } = context;
  const server = await serverOf(context, given);
  const run = await newestRun(server, given.name);
  const folder = given.text("download");
  const json = given.flag("json");
  if (json) out.line(JSON.stringify({ id: run.id, outputs: run.outputs ?? {} }, null, 2));
  if (run.outputs === null || Object.keys(run.outputs).length === 0) {
    if (!json) err.line(noOutputs(run));
    return run.phase === "succeeded" ? EXIT.ok : EXIT.failed;
  }
  if (folder !== undefined) {
    for await (const { name, file } of download(server, run.id, run.outputs, folder)) {
      if (!json) out.line(`${printable(name)}\t${printable(file)}`);
    }
  } else if (!json) {
    for (const [name, value] of Object.entries(run.outputs))
      out.line(`${out.paint(printable(name), "bold")}\t${valueText(value)}`);
  }
  return EXIT.ok;
};

function noOutputs({ name, phase }: RunView): string {
  if (phase === "succeeded") return `${name} has no outputs: its workflow declares none.`;
  return isTerminal(phase)
    ? `${name} has no outputs: it has ${phase === "failed" ? "failed" : "been aborted"}.`
    : `${name} has no outputs yet: it is ${phase}.`;
}
