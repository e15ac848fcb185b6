import type { Run } from "../command.ts";
import { EXIT } from "../exit.ts";
import { followRun } from "../follow.ts";
import { newestRun } from "../newest-run.ts";
import { callBlock } from "../run-block.ts";
import { endLines, runLine } from "../run-text.ts";
import { serverOf } from "../server.ts";

/** `awe status`: the newest run as it is, or followed to its end. */
export const run: Run = async (context, given) => {
  const { out } = context;
  const server = await serverOf(context, given);
  const json = given.flag("json");
  let run = await newestRun(server, given.name);
  let exit: Awaited<ReturnType<Run>> = EXIT.ok;
  if (given.flag("wait")) ({ run, exit } = await followRun(context, server, run, json));
  if (json) out.line(JSON.stringify(run, null, 2));
  else if (!given.flag("wait")) {
    const now = new Date();
    const lines = [runLine(run, now, out), ...callBlock(run.calls, now, out), ...endLines(run, out)];
    for (const line of lines) out.line(line);
  }
  return exit;
};
