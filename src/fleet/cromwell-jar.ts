import { createServer } from "node:net";
import { join } from "node:path";

import { AweError } from "#src/errors.ts";
import { listedEnvironment, type ProgramOf } from "./program.ts";

/** What the start of Cromwell's jar depends on. */
export interface CromwellJarDeps {
  readonly jar: string;
  readonly java: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly isolation: "account" | "none";
}

/**
 * Starts Java and ends it when descriptor 3 ends: Cromwell itself knows no such leash.
 *
 * SIGTERM lets Cromwell finish writing; jobs in the background go on and are found by their `rc` files.
 */
const LEASH = `
read -r _ <&3
"$@" 3<&- &
trap 'kill -TERM $!' TERM
{ cat <&3 > /dev/null; kill -TERM $!; } &
wait $(jobs -p | head -n 1)
`;

/**
 * Cromwell's own jar (Java 17) on a loopback port with the Local backend and a file database per user.
 *
 * A port has no owner: whoever is on the machine can reach it. So this serves one user only unless isolation is
 * switched off knowingly.
 */
export function cromwellJarProgram(deps: CromwellJarDeps): ProgramOf {
  let only: string | undefined;
  return async (userName, account, folder) => {
    if (deps.isolation !== "none" && only !== undefined && only !== userName) {
      throw new AweError(
        "engine_unavailable",
        "Cromwell listens on a port that every account of this machine can reach, so it serves one user; unset CROMWELL_JAR, or set AWE_ISOLATION=none to accept that",
      );
    }
    only = userName;
    const port = await freePort();
    const database = `jdbc:hsqldb:file:${join(folder, "cromwell-db", "cromwell")};shutdown=false;hsqldb.default_table_type=cached;hsqldb.tx=mvcc;hsqldb.large_data=true;hsqldb.applog=0;hsqldb.script_format=3`;
    const settings = {
      "webservice.interface": "127.0.0.1",
      "webservice.port": String(port),
      "system.job-shell": "/bin/bash",
      "system.new-workflow-poll-rate": "1",
      "system.workflow-restart": "true",
      "backend.providers.Local.config.root": join(folder, "cromwell-executions"),
      "backend.providers.Local.config.run-in-background": "true",
      "database.profile": "slick.jdbc.HsqldbProfile$",
      "database.db.driver": "org.hsqldb.jdbcDriver",
      "database.db.url": database,
      "database.db.connectionTimeout": "120000",
    };
    const java = [
      deps.java,
      ...Object.entries(settings).map(([name, value]) => `-D${name}=${value}`),
      "-jar",
      deps.jar,
      "server",
    ];
    return {
      command: "bash",
      args: ["-c", LEASH, "cromwell", ...java],
      env: listedEnvironment(deps.env, folder, userName),
      firstLine: "",
      address: { kind: "port", host: "127.0.0.1", port, key: null },
      account,
    };
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}
