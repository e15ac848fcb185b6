import { z } from "zod";

import { PHASES, type Phase } from "#src/model/run.ts";
import { ListingSchema } from "./listing.ts";
import { CredentialSchema } from "./routes/control.ts";
import { SubmissionSchema } from "./submission.ts";

/** One call of the API, as the OpenAPI document tells it. */
export interface Operation {
  readonly method: "get" | "post" | "put" | "delete" | "patch";
  readonly path: string;
  readonly summary: string;
  /** Query parameters. */
  readonly query?: z.ZodObject;
  readonly body?: { readonly types: readonly string[]; readonly schema?: z.ZodType };
  readonly answer: { readonly status: number; readonly type: string; readonly schema?: z.ZodType };
}

const time = z.string().nullable().describe("ISO 8601, UTC");

const SourceView = z.object({
  kind: z.enum(["git", "url", "inline", "archive"]),
  repo: z.string().nullable(),
  ref: z.string().nullable(),
  commit: z.string().nullable().describe("The commit that ran, once it is known"),
  path: z.string().nullable(),
  dirty: z.boolean().optional().describe("The packed folder had changes that its commit lacks"),
});

const Summary = z.object({
  id: z.string().describe("The run's UUID, also its Cromwell workflow id"),
  name: z.string(),
  user: z.string(),
  lab: z.string(),
  status: z.enum(["On Hold", "Submitted", "Running", "Aborting", "Aborted", "Succeeded", "Failed"]),
  phase: z.enum(PHASES as [Phase, ...Phase[]]),
  source: SourceView,
  label: z.string().nullable(),
  labels: z.record(z.string(), z.string()),
  ensemble: z.string().nullable(),
  priority: z.number(),
  submittedAt: time,
  startedAt: time,
  endedAt: time,
});

const CallView = z.object({
  key: z.string().describe("Unique in the run; names the call in addresses of logs"),
  name: z.string(),
  shard: z.number().describe("-1 when not scattered"),
  attempt: z.number(),
  status: z.string(),
  returnCode: z.number().nullable(),
  startedAt: time,
  endedAt: time,
});

const View = Summary.extend({
  calls: z.array(CallView),
  outputs: z.record(z.string(), z.unknown()).nullable(),
  failures: z.array(z.object({ message: z.string(), causedBy: z.array(z.unknown()) })),
});

const Me = z.object({
  user: z.string(),
  lab: z.string(),
  admin: z.boolean(),
  issuer: z.string(),
  subject: z.string(),
  isolation: z.enum(["account", "none"]),
  engine: z.object({ state: z.string(), reason: z.string().optional(), retryAt: z.string().optional() }),
  version: z.string(),
});

const json = (schema: z.ZodType, status = 200) => ({ status, type: "application/json", schema });
const anything = { status: 200, type: "application/json" };
const bytes = { status: 200, type: "application/octet-stream" };
const workflow = "/{user}/{workflow}";
const cromwell = `${workflow}/api/workflows/{version}`;

/** Every call of AWE's doors. */
export const OPERATIONS: readonly Operation[] = [
  {
    method: "get",
    path: "/healthz",
    summary: "Whether AWE answers; needs no token",
    answer: json(z.object({ status: z.enum(["starting", "ok"]), version: z.string() })),
  },
  {
    method: "post",
    path: workflow,
    summary: "Start a run of a workflow",
    query: z.object({
      wait: z.literal("check").optional().describe("Wait up to 20 s until the source is fetched and checked"),
    }),
    body: {
      types: ["application/json", "multipart/form-data", "application/x-www-form-urlencoded"],
      schema: SubmissionSchema,
    },
    answer: json(Summary),
  },
  { method: "get", path: workflow, summary: "The newest run of a workflow", answer: json(View) },
  {
    method: "delete",
    path: workflow,
    summary: "Abort the newest run, with Cromwell's codes and bodies",
    answer: anything,
  },
  {
    method: "get",
    path: `${cromwell}/{id}/{call}`,
    summary:
      "status, metadata, outputs, logs, labels or timing of a run, as Cromwell answers; the workflow's name stands for the newest run's id",
    answer: anything,
  },
  { method: "post", path: `${cromwell}/{id}/abort`, summary: "Abort, as in Cromwell", answer: anything },
  {
    method: "post",
    path: `${cromwell}/{id}/releaseHold`,
    summary: "Release a held run, as in Cromwell",
    answer: anything,
  },
  {
    method: "patch",
    path: `${cromwell}/{id}/labels`,
    summary: "Add or overwrite labels, as in Cromwell",
    answer: anything,
  },
  {
    method: "get",
    path: `${cromwell}/query`,
    summary: "Cromwell's query over the runs of this workflow",
    answer: anything,
  },
  {
    method: "get",
    path: "/awe/v1/me",
    summary: "Who the caller is, and how the caller's engine stands",
    answer: json(Me),
  },
  {
    method: "get",
    path: "/awe/v1/runs",
    summary: "Runs, newest first",
    query: ListingSchema,
    answer: json(z.object({ items: z.array(Summary), next: z.string().optional() })),
  },
  { method: "get", path: "/awe/v1/runs/{id}", summary: "One run", answer: json(View) },
  {
    method: "get",
    path: "/awe/v1/runs/{id}/calls/{key}/logs/{stream}",
    summary: "stdout or stderr of a call; takes Range",
    answer: { status: 200, type: "text/plain" },
  },
  {
    method: "get",
    path: "/awe/v1/runs/{id}/outputs/{name}",
    summary: "An output that is a file; takes Range",
    answer: bytes,
  },
  {
    method: "post",
    path: "/awe/v1/uploads",
    summary: "Upload an input file; `input` of the answer goes into the inputs",
    query: z.object({ name: z.string() }),
    body: { types: ["application/octet-stream"] },
    answer: json(
      z.object({ id: z.string(), name: z.string(), sizeBytes: z.number(), sha256: z.string(), input: z.string() }),
      201,
    ),
  },
  {
    method: "get",
    path: "/awe/v1/credentials",
    summary: "Git hosts with a stored credential",
    answer: json(
      z.object({ items: z.array(z.object({ host: z.string(), userName: z.string(), createdAt: z.string() })) }),
    ),
  },
  {
    method: "put",
    path: "/awe/v1/credentials/{host}",
    summary: "Store a credential for private repositories of a host",
    body: { types: ["application/json"], schema: CredentialSchema },
    answer: json(z.object({ host: z.string(), userName: z.string() })),
  },
  {
    method: "delete",
    path: "/awe/v1/credentials/{host}",
    summary: "Forget a credential",
    answer: { status: 204, type: "" },
  },
];
