import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { createConnection } from "mysql2/promise";

import { systemClock } from "#src/clock.ts";
import { openStore } from "#src/store/kysely/open.ts";

import { describeStore } from "../contract/store.contract.ts";
import { hasMariaDb, startMariaDb } from "../support/mariadb.ts";
import type { MariaDb } from "../support/mariadb.ts";
import { lane } from "../support/require.ts";
import { runId } from "./fixture-values.ts";
import { eachWithStore, submit } from "./fixture.ts";

describe.runIf(lane("mariadb", hasMariaDb()))("on a server of the tests' own", () => {
  let server: MariaDb | undefined;
  beforeAll(async () => {
    server = await startMariaDb();
  }, 120_000);
  afterAll(() => server?.stop());
  const make = async () => {
    if (!server) throw new Error("the server did not start");
    return { url: await server.newDatabase(), remove: async () => {} };
  };

  describeStore("MariaDB", make);

  describe("MariaDB", () => {
    const fixture = eachWithStore(make);

    test("goes on after the server has closed all connections", async () => {
      await submit(fixture.store);
      const admin = await createConnection(fixture.url);
      const [rows] = await admin.query("select id from information_schema.processlist where id <> connection_id()");
      for (const { id } of rows as { id: number }[]) await admin.query("kill ?", [id]).catch(() => undefined);
      await admin.end();
      expect(await fixture.store.of("alice").find(runId(1))).toBeDefined();
      expect(await submit(fixture.store, { runId: runId(2), workflow: "other" })).toEqual({ kind: "accepted" });
    });

    test("shows no password when it refuses one", async () => {
      const wrong = fixture.url.replace(/:[^:@]+@/, ":s3cret@");
      const error = await openStore(wrong, { clock: systemClock }).catch((thrown: unknown) => String(thrown));
      expect(error).toContain("Access denied");
      expect(error).not.toContain("s3cret");
    });

    test("names a database that does not exist", async () => {
      const attempt = openStore(fixture.url.replace(/\/t\d+$/, "/nowhere"), { clock: systemClock });
      await expect(attempt).rejects.toThrow("Unknown database 'nowhere'");
    });
  });
});
