import { join, relative } from "node:path";

import type { Context, Run } from "../command.ts";
import { connectionOf } from "../connection.ts";
import { startDemoServer } from "../demo-server.ts";
import { CliError, EXIT, type ExitCode } from "../exit.ts";
import { followRun, lookAt } from "../follow.ts";
import { Given } from "../given.ts";
import { serverAt, type Server } from "../server.ts";
import { sendSubmission } from "../submission.ts";

const EXAMPLES = join(import.meta.dirname, "../../../examples");

/** In the order of what they show. */
const NAMES = ["hello", "word-count", "variants"] as const;

/** `awe demo`: the examples, one after the other, at the server that there is or at one made for them. */
export const run: Run = async (context, given) => {
  const there = await serverThatAnswers(context, given);
  if (there) return runAll(context, there);
  context.err.line("No server takes this demo's calls, so it starts one of its own.");
  await using own = await startDemoServer(context.env, "demo");
  return await runAll(context, serverAt({ url: own.url, token: own.token, isLocal: true }));
};

async function serverThatAnswers(context: Context, given: Given): Promise<Server | undefined> {
  const server = serverAt(await connectionOf(context, given));
  try {
    await server.userName();
    return server;
  } catch (thrown) {
    // Whoever names a server means that one.
    if (given.text("server") !== undefined || !(thrown instanceof CliError)) throw thrown;
    return undefined;
  }
}

async function runAll(context: Context, server: Server): Promise<ExitCode> {
  const { out } = context;
  for (const name of NAMES) {
    const folder = join(EXAMPLES, name);
    out.line(out.paint(`$ awe submit ${name} --repo ${relative(process.cwd(), folder) || "."} --wait`, "bold"));
    const accepted = await sendSubmission(server, context.err, new Given({ repo: folder }, [name]));
    const { exit } = await followRun(context, server, await lookAt(server, accepted.id), false);
    if (exit !== EXIT.ok) return exit;
    out.line();
  }
  return EXIT.ok;
}
