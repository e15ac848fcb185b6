import type { Run } from "../command.ts";
import { EXIT } from "../exit.ts";
import { serverOf } from "../server.ts";
import { printable } from "../terminal.ts";

interface Credentials {
  readonly items: readonly { readonly host: string; readonly userName: string; readonly createdAt: string }[];
}

/** `awe credentials list`: hosts and user names, never passwords. */
export const run: Run = async (context, given) => {
  const { out } = context;
  const server = await serverOf(context, given);
  const found = await server.json<Credentials>("GET", ["awe", "v1", "credentials"]);
  if (given.flag("json")) out.line(JSON.stringify(found, null, 2));
  else
    for (const { host, userName, createdAt } of found.items)
      out.line([host, userName, createdAt].map(printable).join("\t"));
  return EXIT.ok;
};
