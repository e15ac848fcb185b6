import { afterAll, beforeAll, describe } from "vitest";

import { describeStore } from "../contract/store.contract.ts";
import { hasMariaDb, startMariaDb } from "../support/mariadb.ts";
import type { MariaDb } from "../support/mariadb.ts";
import { lane } from "../support/require.ts";

describe.runIf(lane("mariadb", hasMariaDb()))("on a server of the tests' own", () => {
  let server: MariaDb | undefined;
  beforeAll(async () => {
    server = await startMariaDb();
  }, 120_000);
  afterAll(() => server?.stop());

  describeStore("MariaDB", async () => {
    if (!server) throw new Error("the server did not start");
    return { url: await server.newDatabase(), remove: async () => {} };
  });
});
