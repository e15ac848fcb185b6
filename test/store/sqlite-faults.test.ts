import { mkdir, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setImmediate as nextTurn } from "node:timers/promises";

import { CompiledQuery, sql } from "kysely";
import { describe, expect, onTestFinished, test } from "vitest";

import { systemClock } from "#src/clock.ts";
import { openSqlite } from "#src/store/kysely/dialects/sqlite.ts";
import { openStore } from "#src/store/kysely/open.ts";

import { NOON, runId } from "./fixture-values.ts";
import { eachWithStore, submit } from "./fixture.ts";
import { newSqliteDatabase } from "./sqlite-database.ts";

describe("a file of SQLite", () => {
  const fixture = eachWithStore(newSqliteDatabase);
  const openRaw = () => {
    const raw = new DatabaseSync(fixture.url);
    onTestFinished(() => {
      if (raw.isOpen) raw.close();
    });
    return raw;
  };

  test("makes no reader wait while another process writes, and writes once that is done", async () => {
    await submit(fixture.store);
    const raw = openRaw();
    raw.exec("begin immediate");
    let written = false;
    const writing = submit(fixture.store, { runId: runId(2), workflow: "other" }).finally(() => {
      written = true;
    });
    const begun = performance.now();
    for (let reads = 0; reads < 200; reads++) {
      expect(await fixture.store.of("alice").resolve("hello", "hello")).toBeDefined();
      await nextTurn();
    }
    // One blocking wait for the lock would take longer than all of this.
    expect(performance.now() - begun).toBeLessThan(2000);
    expect(written).toBe(false);
    raw.exec("commit");
    expect(await writing).toEqual({ kind: "accepted" });
  });

  test("is readable by its owner only, journal included", async () => {
    await submit(fixture.store);
    for (const suffix of ["", "-wal", "-shm"]) {
      expect([suffix, (await stat(fixture.url + suffix)).mode & 0o777]).toEqual([suffix, 0o600]);
    }
  });

  test("has commits on disk before they are answered, in a journal that readers need not wait for", async () => {
    const db = await openSqlite(fixture.url);
    onTestFinished(db.close);
    const settings = (name: string) =>
      db.write(async (writer) => (await writer.executeQuery(CompiledQuery.raw(`pragma ${name}`))).rows);
    expect(await settings("synchronous")).toEqual([{ synchronous: 2 }]);
    expect(await settings("journal_mode")).toEqual([{ journal_mode: "wal" }]);
    expect(await settings("foreign_keys")).toEqual([{ foreign_keys: 1 }]);
    await expect(sql`delete from runs`.execute(db.read)).rejects.toThrow("readonly");
  });

  test("tells why a transaction failed that SQLite took back itself, and goes on", async () => {
    const raw = openRaw();
    raw.exec("create trigger full before insert on runs begin select raise(rollback, 'disk is full'); end");
    await expect(submit(fixture.store)).rejects.toThrow("disk is full");
    expect(await fixture.store.of("alice").newest("hello")).toBeUndefined();
    raw.exec("drop trigger full");
    expect(await submit(fixture.store)).toEqual({ kind: "accepted" });
  });

  test("keeps more kinds of questions than it keeps statements", async () => {
    await submit(fixture.store);
    for (let labels = 0; labels < 250; labels++) {
      const filter = { labels: Array.from({ length: labels % 60 }, () => ({ key: "x" })), submittedFrom: NOON };
      const phases = (["scheduled", "held", "ready", "failed", "aborted"] as const).slice(0, 1 + (labels % 5));
      const { items } = await fixture.store.of("alice").list({ ...filter, phases }, { size: 1 });
      expect(items).toHaveLength(labels % 60 === 0 ? 1 : 0);
    }
  });
});

describe("opening", () => {
  const attempt = (url: string) => openStore(url, { clock: systemClock });

  test("says which file cannot be opened, and what to do", async () => {
    const { url, remove } = await newSqliteDatabase();
    onTestFinished(remove);
    const nowhere = path.join(path.dirname(url), "nowhere", "awe.db");
    await expect(attempt(nowhere)).rejects.toThrow(`cannot open the database ${nowhere} (ENOENT`);
    await mkdir(`${url}.d`);
    await expect(attempt(`${url}.d`)).rejects.toMatchObject({ code: "internal" });
  });

  test("refuses a file that is something else, and leaves it alone", async () => {
    const { url, remove } = await newSqliteDatabase();
    onTestFinished(remove);
    await writeFile(url, "a text of somebody's ".repeat(1000));
    await expect(attempt(url)).rejects.toThrow("file is not a database");
    expect((await stat(url)).size).toBe(21_000);
  });

  test("refuses the tables of a newer version", async () => {
    const { url, remove } = await newSqliteDatabase();
    onTestFinished(remove);
    await (await attempt(url)).close();
    const raw = new DatabaseSync(url);
    raw.exec("insert into kysely_migration values ('9999-future', '2030-01-01T00:00:00.000Z')");
    raw.close();
    await expect(attempt(url)).rejects.toThrow("a newer AWE has changed its tables");
  });

  test("shows no password of a server that it cannot reach", async () => {
    const error = await attempt("mysql://awe:s3cret@127.0.0.1:1/awe").catch((thrown: unknown) => String(thrown));
    expect(error).toContain("mysql://awe@127.0.0.1:1/awe (");
    expect(error).toContain("ECONNREFUSED");
    expect(error).not.toContain("s3cret");
  });
});
