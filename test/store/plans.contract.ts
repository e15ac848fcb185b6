import { CompiledQuery, sql } from "kysely";
import type { Compilable } from "kysely";
import { describe, expect, onTestFinished, test } from "vitest";

import type { Phase } from "#src/model/run.ts";
import { runsInPhase, usersInPhase } from "#src/store/kysely/control.ts";
import type { Connections } from "#src/store/kysely/dialects/connections.ts";
import { openMysql } from "#src/store/kysely/dialects/mysql.ts";
import { openSqlite } from "#src/store/kysely/dialects/sqlite.ts";
import { runsFrom } from "#src/store/kysely/listing.ts";
import { runRow } from "#src/store/kysely/run-rows.ts";

import { aRun, at, runId } from "./fixture-values.ts";
import type { Database } from "./fixture.ts";

/** How a database means to answer a query. */
interface Plan {
  /** It reads a whole table that is not in any order. */
  readonly scans: boolean;
  /** It sorts what it found. */
  readonly sorts: boolean;
  readonly indexes: readonly string[];
}

const USERS = 20;
const RUNS_OF_A_USER = 150;

/** That listings walk indexes, however many runs others have. */
export function describePlans(make: () => Promise<Database>): void {
  describe("with thousands of runs", () => {
    const opened = async (): Promise<{ db: Connections; planOf: (query: Compilable) => Promise<Plan> }> => {
      const { url, remove } = await make();
      const isMysql = url.startsWith("mysql://");
      const db = await (isMysql ? openMysql(url) : openSqlite(url));
      onTestFinished(async () => {
        await db.close();
        await remove();
      });
      await fill(db);
      if (isMysql) await sql`analyze table runs, run_labels`.execute(db.read);
      return { db, planOf: (query) => (isMysql ? mysqlPlan(db, query) : sqlitePlan(db, query)) };
    };

    test("lists and looks for work without reading whole tables", async () => {
      const { db, planOf } = await opened();
      const position = { submittedAt: at(RUNS_OF_A_USER / 2).getTime(), runId: runId(7) };
      const lists = {
        "a user's list": runsFrom(db.read, "u3", {}, undefined),
        "its second page": runsFrom(db.read, "u3", {}, position),
        "a workflow's runs": runsFrom(db.read, "u3", { workflow: "w5" }, position),
        "a list since a time": runsFrom(db.read, "u3", { submittedFrom: at(RUNS_OF_A_USER - 3) }, undefined),
        "an administrator's list": runsFrom(db.read, null, {}, position),
      };
      for (const [name, query] of Object.entries(lists)) {
        const plan = await planOf(query.limit(51));
        expect([name, plan.scans, plan.sorts, plan.indexes.length]).toEqual([name, false, false, 1]);
      }
      const others = {
        "a search by label": runsFrom(db.read, "u3", { labels: [{ key: "sample", value: "S7" }] }, undefined).limit(51),
        "runs in some phases": runsInPhase(db.read, ["preparing", "ready"]),
        "runs in a phase": runsInPhase(db.read, ["preparing"]),
        "users with work": usersInPhase(db.read, ["preparing", "ready"]),
      };
      for (const [name, query] of Object.entries(others)) {
        const plan = await planOf(query);
        expect([name, plan.scans, plan.indexes.length > 0]).toEqual([name, false, true]);
      }
    });
  });
}

async function fill({ write }: Connections): Promise<void> {
  await write(async (writer) => {
    for (let user = 0; user < USERS; user++) {
      const numbers = Array.from({ length: RUNS_OF_A_USER }, (_, n) => n);
      const runs = numbers.map((n) =>
        aRun({
          runId: runId(user * 1000 + n),
          user: `u${user}`,
          workflow: `w${n % 30}`,
          submittedAt: at(n),
          movedAt: at(n),
          phase: phaseOf(n),
        }),
      );
      const names = [...new Set(runs.map((run) => run.workflow))];
      await writer
        .insertInto("workflows")
        .values(names.map((name) => ({ user_name: `u${user}`, name, newest_run_id: null, active_run_id: null })))
        .execute();
      await writer.insertInto("runs").values(runs.map(runRow)).execute();
      await writer
        .insertInto("run_labels")
        .values(
          runs.map((run, n) => ({
            run_id: run.runId,
            label_key: "sample",
            label_value: `S${n % 50}`,
            user_name: run.user,
          })),
        )
        .execute();
    }
  });
}

/** Most runs have ended, as in real life. */
function phaseOf(n: number): Phase {
  return n % 50 === 0 ? "preparing" : n % 50 === 1 ? "ready" : "succeeded";
}

async function sqlitePlan({ read }: Connections, query: Compilable): Promise<Plan> {
  const { sql: text, parameters } = query.compile();
  const plan = CompiledQuery.raw(`explain query plan ${text}`, [...parameters]);
  const lines = (await read.executeQuery<{ detail: string }>(plan)).rows.map((row) => row.detail);
  return {
    scans: lines.some((line) => line.startsWith("SCAN") && !line.includes("USING")),
    sorts: lines.some((line) => line.includes("TEMP B-TREE")),
    indexes: lines.flatMap((line) => /INDEX (\w+)/.exec(line)?.[1] ?? []),
  };
}

async function mysqlPlan({ read }: Connections, query: Compilable): Promise<Plan> {
  const { sql: text, parameters } = query.compile();
  const plan = CompiledQuery.raw(`explain ${text}`, [...parameters]);
  const { rows } = await read.executeQuery<{ type: string; key: string | null; Extra: string }>(plan);
  return {
    scans: rows.some((row) => row.type === "ALL"),
    sorts: rows.some((row) => row.Extra.includes("filesort")),
    indexes: rows.flatMap((row) => row.key ?? []),
  };
}
