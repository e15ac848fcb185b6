import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { listedEnvironment, type ProgramOf } from "./program.ts";

/** What the embedded engine's start depends on. */
export interface EmbeddedDeps {
  /** The gateway's environment, of which a listed part is passed on. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** `null`: all that the machine has. */
  readonly cores: number | null;
  readonly memoryBytes: number | null;
}

const CACHE = fileURLToPath(new URL("../../node_modules/.cache/awe", import.meta.url));
const MAIN = fileURLToPath(new URL("../engine/main.ts", import.meta.url));

/** The embedded engine: this project's own, on a socket of mode 600 in the user's folder. */
export function embeddedProgram(deps: EmbeddedDeps): ProgramOf {
  return async (userName, account, folder) => {
    const key = randomBytes(24).toString("base64url");
    const socket = join(folder, "engine.sock");
    const environment = listedEnvironment(deps.env, folder, userName);
    const spec = {
      root: folder,
      listen: { kind: "socket", path: socket },
      key,
      environment,
      ...(account === null
        ? {}
        : {
            account: { uid: account.uid, gid: account.gid, ...(account.name === null ? {} : { name: account.name }) },
          }),
      ...(deps.cores === null ? {} : { cores: deps.cores }),
      ...(deps.memoryBytes === null ? {} : { memoryBytes: deps.memoryBytes }),
    };
    return {
      command: process.execPath,
      args: [MAIN, "--spec-fd", "3", "--leash"],
      // The program's own folder: no user can write there, so none can put code into another's engine.
      env: { ...environment, NODE_COMPILE_CACHE: CACHE },
      firstLine: JSON.stringify(spec),
      address: { kind: "socket", path: socket, key },
      account: null,
    };
  };
}
