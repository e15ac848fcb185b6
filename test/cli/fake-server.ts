import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";

import type { CallView, RunView } from "#src/workflows/run-view.ts";

/** A request that the fake server was sent. */
export interface Seen {
  readonly method: string;
  /** Path and query, as they were sent. */
  readonly url: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: Buffer;
}

/** What the fake server answers. Objects go out as JSON. */
interface Answer {
  readonly status?: number;
  readonly body?: object | string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Answers by `METHOD /path`, without the query; a list is worked off, and its last answer repeated. */
export type Answers = Readonly<Record<string, Answer | readonly Answer[] | ((seen: Seen) => Answer)>>;

/** A server that answers what it was told and remembers what it was asked. */
export interface FakeServer extends AsyncDisposable {
  readonly url: string;
  readonly seen: readonly Seen[];
  /** The environment of a command that calls this server as alice. */
  readonly env: Readonly<Record<string, string>>;
}

/** The token that commands of these tests send. */
export const TOKEN = "eyJhbGciOiJFUzI1NiJ9.c2VjcmV0LXRva2Vu.c2lnbmF0dXJl";

const ME = {
  user: "alice",
  lab: "genomics",
  admin: false,
  issuer: "urn:awe:test",
  subject: "alice",
  isolation: "account",
  engine: { state: "asleep" },
  version: "9.9.9",
};

/** Starts a fake server on loopback; `GET /awe/v1/me` is alice unless `answers` says otherwise. */
export async function fakeServer(answers: Answers = {}): Promise<FakeServer> {
  const seen: Seen[] = [];
  const all: Answers = { "GET /awe/v1/me": { body: ME }, ...answers };
  const asked = new Map<string, number>();
  const answerTo = (request: Seen): Answer => {
    const key = `${request.method} ${request.url.replace(/\?.*/, "")}`;
    const answer = all[key];
    if (answer === undefined)
      return { status: 404, body: { status: "fail", message: `unexpected: ${key}`, errors: [] } };
    if (typeof answer === "function") return answer(request);
    if (!Array.isArray(answer)) return answer as Answer;
    const count = asked.get(key) ?? 0;
    asked.set(key, count + 1);
    return (answer as readonly Answer[])[Math.min(count, answer.length - 1)] ?? {};
  };
  const respond = async (request: IncomingMessage, response: ServerResponse) => {
    const { method = "", url = "", headers } = request;
    const one: Seen = { method, url, headers, body: await buffer(request) };
    seen.push(one);
    const { status = 200, body = "", headers: extra = {} } = answerTo(one);
    const isText = typeof body === "string";
    response.writeHead(status, { "content-type": isText ? "text/plain" : "application/json", ...extra });
    response.end(isText ? body : JSON.stringify(body));
  };
  const server = createServer((request, response) => void respond(request, response));
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    seen,
    env: { AWE_URL: url, AWE_TOKEN: TOKEN },
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** The id of the runs that `aRun` makes. */
export const RUN_ID = "11111111-2222-4333-8444-555555555555";

/** A run as the server shows it. */
export function aRun(over: Partial<RunView> = {}): RunView {
  return {
    id: RUN_ID,
    name: "hello",
    user: "alice",
    lab: "genomics",
    status: "Succeeded",
    phase: "succeeded",
    source: { kind: "archive", repo: "hello", ref: null, commit: null, path: null },
    label: null,
    labels: {},
    ensemble: null,
    priority: 0,
    submittedAt: "2026-01-02T03:04:05.000Z",
    startedAt: "2026-01-02T03:04:06.000Z",
    endedAt: "2026-01-02T03:04:09.500Z",
    calls: [aCall()],
    outputs: { "hello.greeting": "Hello" },
    failures: [],
    ...over,
  };
}

/** A call as the server shows it. */
export function aCall(over: Partial<CallView> = {}): CallView {
  return {
    key: "greet",
    name: "hello.greet",
    shard: -1,
    attempt: 1,
    status: "Done",
    returnCode: 0,
    startedAt: "2026-01-02T03:04:06.000Z",
    endedAt: "2026-01-02T03:04:09.000Z",
    ...over,
  };
}
