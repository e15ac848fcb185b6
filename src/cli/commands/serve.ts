import { serve } from "#src/local/serve.ts";
import type { Run } from "../command.ts";
import { EXIT } from "../exit.ts";

/** `awe serve`: the gateway, until it is told to stop. */
export const run: Run = async ({ env }) => {
  await serve(env);
  return EXIT.ok;
};
