import { createServer } from "node:net";
import { join } from "node:path";

import { listedEnvironment, type ProgramOf } from "./program.ts";

/** What the start of Cromwell's jar depends on. */
export interface CromwellJarDeps {
  readonly jar: string;
  readonly java: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * Becomes Java, so that signals reach it and its exit code is known, and leaves a watch behind that ends it when
 * descriptor 3 ends: Cromwell itself knows no such leash. The watch looks once a second whether Java is still there.
 *
 * SIGTERM lets Cromwell finish writing; jobs in the background go on and are found by their `rc` files.
 */
const LEASH = `
read -r _ <&3
java=$$
{
  while kill -0 $java; do
    read -r -t 1 _ <&3
    [ $? -gt 128 ] || break
  done
  kill -TERM $java
  for _ in 1 2 3 4 5 6 7 8 9 10; do kill -0 $java || exit; sleep 1; done
  kill -KILL $java
} > /dev/null 2>&1 &
exec "$@" 3<&-
`;

/**
 * Cromwell's own jar (Java 17) on a loopback port with the Local backend and a file database per user.
 *
 * A port has no owner: whoever is on the machine can reach it. So the composition lets one user in only, unless
 * isolation is switched off knowingly.
 */
export function cromwellJarProgram(deps: CromwellJarDeps): ProgramOf {
  return async (userName, account, folder) => {
    const port = await freePort();
    // Without the write delay (0.5 s by default) a kill would lose what Cromwell has accepted.
    const database = `jdbc:hsqldb:file:${join(folder, "cromwell-db", "cromwell")};shutdown=false;hsqldb.default_table_type=cached;hsqldb.tx=mvcc;hsqldb.large_data=true;hsqldb.applog=0;hsqldb.write_delay=false;hsqldb.script_format=3`;
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
