import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { inlineForm, type Gateway, type RunAnswer } from "../support/gateway.ts";

/** A workflow of one task that runs a bash script, with what it prints as output `w.said`, and more outputs if asked for. */
export function bashWorkflow(script: string, outputs: readonly string[] = []): string {
  const names = outputs.map((output) => output.split(/[ =]+/)[1] ?? "");
  const types = outputs.map((output) => output.split(" ")[0] ?? "");
  return `version 1.0
task attack {
  command <<<
${script}
  >>>
  output {
    String said = read_string(stdout())
${outputs.map((output) => `    ${output}`).join("\n")}
  }
}
workflow w {
  call attack
  output {
    String said = attack.said
${names.map((name, index) => `    ${types[index]} ${name} = attack.${name}`).join("\n")}
  }
}
`;
}

/** Runs a script as a task of a user, whatever becomes of it. */
export async function runScript(
  gateway: Gateway,
  user: string,
  workflow: string,
  script: string,
  outputs: readonly string[] = [],
  more: Readonly<Record<string, string>> = {},
): Promise<RunAnswer> {
  const body = inlineForm(bashWorkflow(script, outputs), more);
  const answer = await gateway.as(user, `/${user}/${workflow}`, { method: "POST", body });
  if (answer.status !== 200) throw new Error(`${workflow} was refused: ${await answer.text()}`);
  return gateway.ended(user, workflow);
}

/** What the script printed; throws when it could not run. */
export async function said(gateway: Gateway, user: string, workflow: string, script: string): Promise<string> {
  const run = await runScript(gateway, user, workflow, script);
  if (run.phase !== "succeeded") throw new Error(`${workflow} failed: ${JSON.stringify(run.failures)}`);
  return String(run.outputs?.["w.said"]);
}

/** The numeric account that a gateway has given a user. */
export function uidOf(gateway: Gateway, user: string): number {
  const folder = join(gateway.dataFolder, "uids");
  const uid = readdirSync(folder).find((name) => readFileSync(join(folder, name), "utf8") === user);
  if (uid === undefined) throw new Error(`${user} has no account`);
  return Number(uid);
}

/** The process id of a user's engine, or `undefined` when it sleeps. */
export function enginePid(gateway: Gateway, user: string): number | undefined {
  const uid = uidOf(gateway, user);
  const children = readFileSync(`/proc/${gateway.child.pid}/task/${gateway.child.pid}/children`, "utf8");
  return children
    .trim()
    .split(" ")
    .map(Number)
    .find((pid) => new RegExp(`^Uid:\\s+${uid}\\s`, "m").test(readFileSync(`/proc/${pid}/status`, "utf8")));
}
