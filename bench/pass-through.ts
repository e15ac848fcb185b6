/** The least that a proxy does: Hono and undici, no tokens, no store. Baseline of the proxied call. */
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { Pool } from "undici";

const engine = new Pool(process.env["ENGINE"] ?? "", { connections: 16 });
const app = new Hono();
app.get("/*", async (c) => {
  const answer = await engine.request({ method: "GET", path: c.req.path });
  return new Response(answer.body, {
    status: answer.statusCode,
    headers: { "content-type": String(answer.headers["content-type"]) },
  });
});
serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }, ({ port }) =>
  process.stdout.write(`http://127.0.0.1:${port}\n`),
);
process.once("SIGTERM", () => process.exit(0));
