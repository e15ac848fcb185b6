import type { Run } from "../command.ts";
import { EXIT, usage } from "../exit.ts";
import { readSecret } from "../secret-prompt.ts";
import { serverOf } from "../server.ts";

/** `awe credentials put`: stores a password that is asked for or comes in on the standard input. */
export const run: Run = async (context, given) => {
  const userName = given.text("user");
  if (userName === undefined) throw usage("awe credentials put needs --user NAME.", "See: awe help credentials put");
  const server = await serverOf(context, given);
  const password = await readSecret(context, `Password or access token of ${userName} at ${given.name}: `);
  if (password === "") throw usage("The password is empty.", "Type it, or give it on the standard input: … < FILE");
  const stored = await server.json("PUT", ["awe", "v1", "credentials", given.name], {
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ userName, password }),
  });
  if (given.flag("json")) context.out.line(JSON.stringify(stored, null, 2));
  return EXIT.ok;
};
