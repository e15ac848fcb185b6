import type { Run } from "../command.ts";
import { EXIT } from "../exit.ts";
import { serverOf } from "../server.ts";
import { printable } from "../terminal.ts";

/** `awe abort`: ends the newest run; the answer comes at once, the end when its tasks have ended. */
export const run: Run = async (context, given) => {
  const { out } = context;
  const server = await serverOf(context, given);
  const answer = await server.json<{ id: string; status: string }>("DELETE", [await server.userName(), given.name]);
  if (given.flag("json")) out.line(JSON.stringify(answer, null, 2));
  else out.line(`${given.name}  ${printable(answer.status)}  ${printable(answer.id)}`);
  return EXIT.ok;
};
