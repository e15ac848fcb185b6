import type { Run } from "../command.ts";
import { EXIT } from "../exit.ts";
import { serverOf } from "../server.ts";

/** `awe credentials delete`: forgets what was stored for a host. */
export const run: Run = async (context, given) => {
  const server = await serverOf(context, given);
  await server.send("DELETE", ["awe", "v1", "credentials", given.name]);
  return EXIT.ok;
};
