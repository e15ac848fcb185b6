import type { Run } from "../command.ts";
import { EXIT } from "../exit.ts";
import { serverOf } from "../server.ts";
import { printable } from "../terminal.ts";

interface Me {
  readonly user: string;
  readonly lab: string;
  readonly admin: boolean;
  readonly isolation: string;
  readonly engine: { readonly state: string; readonly reason?: string };
  readonly version: string;
}

/** `awe me`: who the server takes the caller for. */
export const run: Run = async (context, given) => {
  const { out } = context;
  const server = await serverOf(context, given);
  const me = await server.json<Me>("GET", ["awe", "v1", "me"]);
  if (given.flag("json")) out.line(JSON.stringify(me, null, 2));
  else {
    const { state, reason } = me.engine;
    const rows = {
      user: `${me.user}${me.admin ? " (administrator)" : ""}`,
      lab: me.lab,
      engine: reason === undefined ? state : `${state}: ${reason}`,
      isolation: me.isolation,
      server: `${server.url} (AWE ${me.version})`,
    };
    for (const [name, value] of Object.entries(rows))
      out.line(`${out.paint(name.padEnd(10), "bold")} ${printable(value)}`);
  }
  return EXIT.ok;
};
