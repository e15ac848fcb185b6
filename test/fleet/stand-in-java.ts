import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";

/**
 * Stands in for `java -jar cromwell.jar server`: serves the few calls of Cromwell's that AWE makes, on the port that it
 * is told by -Dwebservice.port. A workflow is Running until it has been asked about twice, and then Succeeded. What it
 * knows outlives it, in a file below its root.
 */
const settings = new Map(
  process.argv.flatMap((argument) => {
    const [, name = "", value = ""] = /^-D([^=]+)=(.*)$/s.exec(argument) ?? [];
    return name === "" ? [] : [[name, value] as const];
  }),
);
const root = settings.get("backend.providers.Local.config.root") ?? ".";
const file = join(root, "workflows.json");

interface Workflow {
  readonly id: string;
  looks: number;
  status: string;
}

mkdirSync(root, { recursive: true });
const workflows = new Map<string, Workflow>(
  existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as [string, Workflow][]) : [],
);

function answer(method: string, path: string, body: string): readonly [number, unknown] {
  const [, id = "", call] = /^\/api\/workflows\/v1\/([0-9a-f-]{36})\/(\w+)/.exec(path) ?? [];
  if (path === "/engine/v1/version") return [200, { cromwell: "92-stand-in" }];
  if (method === "POST" && path === "/api/workflows/v1") return submit(body);
  if (path === "/api/workflows/v1/query") return query(JSON.parse(body) as Record<string, string>[]);
  const workflow = workflows.get(id);
  if (!workflow) return [404, { status: "fail", message: `Unrecognized workflow ID: ${id}` }];
  if (call === "abort") workflow.status = "Aborted";
  return [200, { id, status: workflow.status, calls: {}, outputs: {} }];
}

function submit(body: string): readonly [number, unknown] {
  const id = /name="requestedWorkflowId"[^"]*"([0-9a-f-]{36})"/.exec(body)?.[1] ?? "";
  if (workflows.has(id)) return [400, { status: "fail", message: `Requested workflow ID already in use: ${id}` }];
  workflows.set(id, { id, looks: 0, status: "Running" });
  return [201, { id, status: "Submitted" }];
}

function query(parameters: readonly Readonly<Record<string, string>>[]): readonly [number, unknown] {
  const wanted = (key: string) => parameters.flatMap((parameter) => parameter[key] ?? []);
  const results = [...workflows.values()].filter(
    ({ id, status }) => wanted("id").includes(id) || wanted("status").includes(status),
  );
  for (const workflow of results) {
    workflow.looks += 1;
    if (workflow.looks > 2 && workflow.status === "Running") workflow.status = "Succeeded";
  }
  const rows = results.map(({ id, status }) => ({ id, status, name: "stand_in", start: new Date().toISOString() }));
  return [200, { results: rows, totalResultsCount: rows.length }];
}

createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => {
    const [status, value] = answer(request.method ?? "", request.url ?? "", Buffer.concat(chunks).toString());
    writeFileSync(file, JSON.stringify([...workflows]));
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
  });
}).listen(Number(settings.get("webservice.port")), settings.get("webservice.interface"));
process.once("SIGTERM", () => process.exit(143));
