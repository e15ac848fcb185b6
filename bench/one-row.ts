/** The least that accepting a run takes: parse the JSON, write one durable row. Baseline of the submission. */
import { randomUUID } from "node:crypto";
import { DatabaseSync } from "node:sqlite";

import { serve } from "@hono/node-server";
import { Hono } from "hono";

const database = new DatabaseSync(process.env["DATABASE"] ?? "");
database.exec(
  "pragma journal_mode = wal; pragma synchronous = full; create table runs (id text primary key, body text)",
);
const insert = database.prepare("insert into runs values (?, ?)");
const app = new Hono();
app.post("/*", async (c) => {
  const id = randomUUID();
  insert.run(id, JSON.stringify(await c.req.json()));
  return c.json({ id });
});
serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }, ({ port }) =>
  process.stdout.write(`http://127.0.0.1:${port}\n`),
);
process.once("SIGTERM", () => process.exit(0));
