import { resolve } from "node:path";

import { systemClock } from "#src/clock.ts";
import { DEFAULTS } from "#src/config.ts";
import { randomIds } from "#src/ids.ts";
import { issueToken, openLocalIssuer } from "#src/local/issuer.ts";
import { parseDurationMs } from "#src/quantities.ts";
import type { Run } from "../command.ts";
import { EXIT, usage } from "../exit.ts";

/** `awe token`: prints a token and nothing else, so that `$(awe token …)` is one. */
export const run: Run = async ({ env, out }, given) => {
  const user = given.text("user");
  if (user === undefined) throw usage("awe token needs --user NAME.", "See: awe help token");
  const lab = given.text("lab");
  const ttl = given.text("ttl");
  const ttlMs = ttl === undefined ? undefined : parseDurationMs(ttl);
  if (ttl !== undefined && ttlMs === undefined) throw usage("--ttl must be a time such as 90m, 8h or 7d.");
  const issuer = await openLocalIssuer(resolve(env["AWE_DATA"]?.trim() || DEFAULTS.AWE_DATA));
  const token = await issueToken(
    { issuer, clock: systemClock, ids: randomIds },
    {
      user,
      admin: given.flag("admin"),
      ...(lab === undefined ? {} : { lab }),
      ...(ttlMs === undefined ? {} : { ttlMs }),
    },
  );
  out.line(token);
  return EXIT.ok;
};
