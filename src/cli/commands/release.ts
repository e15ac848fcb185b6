import type { Run } from "../command.ts";
import { EXIT } from "../exit.ts";
import { serverOf } from "../server.ts";
import { printable } from "../terminal.ts";

/** `awe release`: lets a held run go. */
export const run: Run = async (context, given) => {
  const { out } = context;
  const server = await serverOf(context, given);
  const { name } = given;
  const path = [await server.userName(), name, "api", "workflows", "v1", name, "releaseHold"];
  const answer = await server.json<{ id: string; status: string }>("POST", path);
  if (given.flag("json")) out.line(JSON.stringify(answer, null, 2));
  else out.line(`${name}  ${printable(answer.status)}  ${printable(answer.id)}`);
  return EXIT.ok;
};
