import type { Run } from "../command.ts";
import { EXIT } from "../exit.ts";
import { followRun, lookAt } from "../follow.ts";
import { runLine } from "../run-text.ts";
import { serverOf } from "../server.ts";
import { sendSubmission } from "../submission.ts";

/** `awe submit`: starts a run, and with `--wait` follows it. */
export const run: Run = async (context, given) => {
  const { out, err } = context;
  const server = await serverOf(context, given);
  const json = given.flag("json");
  const accepted = await sendSubmission(server, err, given);
  if (given.flag("wait")) {
    const { run, exit } = await followRun(context, server, await lookAt(server, accepted.id), json);
    if (json) out.line(JSON.stringify(run, null, 2));
    return exit;
  }
  if (json) out.line(JSON.stringify(accepted, null, 2));
  else {
    out.line(runLine({ ...accepted, calls: [], outputs: null, failures: [] }, new Date(), out));
    if (out.isTty) err.line(`Follow it with: awe status ${given.name} --wait`);
  }
  return EXIT.ok;
};
