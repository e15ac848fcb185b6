import type { Dispatcher, FormData, Pool } from "undici";

import { WORKFLOW_STATUSES } from "#src/cromwell/statuses.ts";
import { AweError, errorText } from "#src/errors.ts";
import type { EngineAddress } from "#src/fleet/fleet.ts";
import type { CromwellStatus, JsonObject } from "#src/model/run.ts";
import { webStream } from "#src/web-stream.ts";
import type { EngineReport, Engines, HandOver } from "./engines.ts";

/**
 * How long an engine may take to its answer. Cromwell answers in milliseconds unless it is overloaded, and gives up
 * collecting metadata itself after 40 s.
 */
const ANSWER_MS = { usual: 15_000, metadata: 40_000 } as const;

/** See `Engines.metadata`. A run of 10,000 calls has some 20 MB. */
const MOST_METADATA_BYTES = 64 * 1024 * 1024;

/** What the embedded engine's answer says beside Cromwell's, passed on to callers. */
const PASSED_HEADERS = ["content-type", "content-encoding", "warning", "vary", "allow"];

interface QueryRow {
  readonly id: string;
  readonly status?: CromwellStatus;
  readonly name?: string;
  readonly start?: string;
}

/**
 * The client of Cromwell's REST API, for Cromwell and the embedded engine alike.
 *
 * Keeps one small pool of connections per address until `close`.
 */
export function cromwellEngines(
  answerMs: { readonly usual: number; readonly metadata: number } = ANSWER_MS,
): Engines & {
  /** Whether an engine answers at all; asked while it starts. */
  answers(at: EngineAddress): Promise<boolean>;
  close(): Promise<void>;
} {
  const pools = new Map<string, Pool>();

  const poolOf = async (at: EngineAddress): Promise<Pool> => {
    // Loaded at the first use, because AWE shall answer soon after its start.
    const { Pool } = await import("undici");
    const name = at.kind === "socket" ? at.path : `${at.host}:${at.port}`;
    let pool = pools.get(name);
    if (!pool) {
      const origin = at.kind === "socket" ? "http://engine" : `http://${at.host}:${at.port}`;
      pool = new Pool(origin, {
        connections: 16,
        connect: { timeout: answerMs.usual },
        bodyTimeout: answerMs.metadata,
        ...(at.kind === "socket" ? { socketPath: at.path } : {}),
      });
      pools.set(name, pool);
    }
    return pool;
  };

  const ask = async (at: EngineAddress, request: Dispatcher.RequestOptions): Promise<Dispatcher.ResponseData> => {
    const headers = {
      ...(request.headers as Record<string, string>),
      ...(at.key ? { "x-awe-engine-key": at.key } : {}),
    };
    let answer: Dispatcher.ResponseData;
    try {
      const headersTimeout = request.path.includes("/metadata") ? answerMs.metadata : answerMs.usual;
      answer = await (await poolOf(at)).request({ headersTimeout, ...request, headers });
    } catch (cause) {
      throw new AweError(
        "engine_unavailable",
        `the engine did not answer (${errorText(cause)}); try again in a moment`,
        { cause },
      );
    }
    if (answer.statusCode !== 401) return answer;
    // No engine says so to the key that it was started with.
    await answer.body.dump();
    throw new AweError("engine_unavailable", "another engine answers in the place of yours; try again in a moment");
  };

  const askJson = async (
    at: EngineAddress,
    request: Dispatcher.RequestOptions,
  ): Promise<{ status: number; text: string }> => {
    const answer = await ask(at, request);
    return { status: answer.statusCode, text: await answer.body.text() };
  };

  const query = async (at: EngineAddress, parameters: readonly Readonly<Record<string, string>>[]) => {
    const { status, text } = await askJson(at, {
      method: "POST",
      path: "/api/workflows/v1/query",
      headers: { "content-type": "application/json" },
      body: JSON.stringify([...parameters, { includeSubworkflows: "false" }]),
    });
    if (status !== 200)
      throw new AweError("engine_failed", `the engine answered a query with ${status}`, { cause: text });
    return JSON.parse(text) as { results: QueryRow[]; totalResultsCount: number };
  };

  return {
    async submit(at, handOver) {
      const { status, text } = await askJson(at, {
        method: "POST",
        path: "/api/workflows/v1",
        headers: {},
        body: await handOverForm(handOver),
      });
      if (status === 201) return "started";
      if (status === 400 && text.includes("already in use")) return "already";
      // Any other answer says nothing about the run: 401, for one, is that of an engine which is not this user's.
      if ([400, 413, 415].includes(status)) return { refused: refusal(text) };
      throw new AweError("engine_failed", `the engine answered a hand-over with ${status}`, { cause: text });
    },

    async statuses(at, runIds) {
      if (runIds.length === 0) return [];
      const { results } = await query(
        at,
        runIds.map((id) => ({ id })),
      );
      return results.flatMap((row): EngineReport[] =>
        row.status && WORKFLOW_STATUSES.includes(row.status)
          ? [
              {
                runId: row.id,
                status: row.status,
                wdlName: row.name ?? null,
                startedAt: timeOf(row.start),
              },
            ]
          : [],
      );
    },

    async activeCount(at) {
      const active = ["Submitted", "Running", "Aborting", "On Hold"].map((status) => ({ status }));
      return (await query(at, [...active, { page: "1" }, { pageSize: "1" }])).totalResultsCount;
    },

    async metadata(at, runId) {
      const path = `/api/workflows/v1/${runId}/metadata?expandSubWorkflows=true`;
      const answer = await ask(at, { method: "GET", path, headers: {} });
      const text = await boundedText(answer.body, MOST_METADATA_BYTES);
      const status = answer.statusCode;
      if (status === 404) return undefined;
      if (status !== 200)
        throw new AweError("engine_failed", `the engine answered for metadata with ${status}`, { cause: text });
      return JSON.parse(text) as JsonObject;
    },

    async abort(at, runId) {
      const { status, text } = await askJson(at, {
        method: "POST",
        path: `/api/workflows/v1/${runId}/abort`,
        headers: {},
      });
      return { status, body: text };
    },

    async label(at, runId, labels) {
      const { status, text } = await askJson(at, {
        method: "PATCH",
        path: `/api/workflows/v1/${runId}/labels`,
        headers: { "content-type": "application/json" },
        body: JSON.stringify(labels),
      });
      if (status !== 200)
        throw new AweError("engine_failed", `the engine answered for labels with ${status}`, { cause: text });
    },

    async proxy(at, { method, path, headers }) {
      const answer = await ask(at, { method, path, headers });
      const passed = PASSED_HEADERS.flatMap((name) => {
        const value = answer.headers[name];
        return value === undefined ? [] : [[name, String(value)] as const];
      });
      return {
        status: answer.statusCode,
        headers: Object.fromEntries(passed),
        body: webStream(answer.body),
      };
    },

    async answers(at) {
      try {
        const { status } = await askJson(at, { method: "GET", path: "/engine/v1/version", headers: {} });
        return status === 200;
      } catch {
        return false;
      }
    },

    async close() {
      await Promise.all([...pools.values()].map((pool) => pool.destroy()));
      pools.clear();
    },
  };
}

async function handOverForm(handOver: HandOver): Promise<FormData> {
  const { FormData } = await import("undici");
  const form = new FormData();
  // As a file: the line ends of plain fields become CRLF on the way (HTML, *multipart/form-data encoding*).
  form.set("workflowSource", new Blob([handOver.workflowSource]), "source.wdl");
  form.set("workflowType", "WDL");
  form.set("workflowInputs", JSON.stringify(handOver.inputs));
  form.set("workflowOptions", JSON.stringify(handOver.options));
  form.set("labels", JSON.stringify(handOver.labels));
  form.set("requestedWorkflowId", JSON.stringify(handOver.runId));
  if (handOver.dependencies)
    form.set("workflowDependencies", new Blob([Buffer.from(handOver.dependencies)]), "dependencies.zip");
  return form;
}

async function boundedText(body: AsyncIterable<Buffer>, mostBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > mostBytes) throw new AweError("too_large", `the engine's answer is larger than ${mostBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

/** An engine's records belong to its user, who may have put anything there. */
function timeOf(text: string | undefined): Date | null {
  const time = new Date(text ?? Number.NaN);
  return Number.isNaN(time.getTime()) ? null : time;
}

function refusal(text: string): string {
  try {
    const body = JSON.parse(text) as { message?: unknown };
    return typeof body.message === "string" ? body.message : text;
  } catch {
    return text;
  }
}
