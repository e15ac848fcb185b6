import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { parseAllow } from "#src/sources/addresses.ts";
import { collect, guardedFetch, type Lookup, type WebRequest } from "#src/sources/guarded-fetch.ts";
import { refusedWith } from "./findings.ts";
import { redirect, startWebServer, type WebServer } from "./web-server.ts";

let server: WebServer;
let other: WebServer;

beforeAll(async () => {
  server = await startWebServer();
  other = await startWebServer();
});
beforeEach(() => {
  for (const { answers, requests } of [server, other]) {
    answers.clear();
    requests.length = 0;
  }
});
afterAll(async () => {
  await server.close();
  await other.close();
});

interface Choices extends Partial<WebRequest> {
  readonly allow?: string;
  readonly lookup?: Lookup;
  readonly idleMs?: number;
}

/** Fetches `path` of the first server, which alone is allowed unless told otherwise. */
async function get(path: string, choices: Choices = {}): Promise<string> {
  const {
    allow = `127.0.0.1:${server.port}`,
    lookup = () => Promise.reject(new Error("looked up")),
    idleMs = 5_000,
  } = choices;
  const deps = { allow: parseAllow(allow), lookup, limits: { idleMs, redirects: 5 } };
  const url = /^\/\w/.test(path) ? server.url + path : path;
  const request = { maxBytes: 1_000_000, signal: AbortSignal.timeout(10_000), ...choices, url };
  return guardedFetch(deps, request, async ({ status, body }) => `${status} ${(await collect(body)).toString()}`);
}

const notAllowed = (origin: string) =>
  `The address ${origin} is not allowed, or its host does not exist. | ` +
  "Check the spelling; hosts of a private network must be listed in AWE_SOURCE_ALLOW by whoever runs AWE.";

test("reads an allowed address and leaves no connection open", async () => {
  server.answers.set("/a", "hello");
  expect(await get("/a")).toBe("200 hello");
  expect(await get("/missing")).toBe("404 nothing here");
  await vi.waitFor(() => expect(server.open()).toBe(0));
});

test.each([
  "http://127.0.0.1:9/",
  "http://2130706433/",
  "http://0x7f.1/",
  "http://0/",
  "http://[::1]/",
  "http://[::ffff:127.0.0.1]/",
  "http://169.254.169.254/latest/meta-data/",
  "https://10.0.0.7/",
])("does not connect to %s", async (url) => {
  expect(await refusedWith(() => get(url))).toBe(notAllowed(new URL(url).origin));
});

test("says the same of a private host, an unknown one and a refused port", async () => {
  const known: Lookup = async () => ["10.1.2.3", "192.168.0.1"];
  const unknown: Lookup = () => Promise.reject(new Error("ENOTFOUND"));
  const open: Lookup = async () => ["8.8.8.8"];
  expect(await refusedWith(() => get("https://host.test/x", { lookup: known }))).toBe(notAllowed("https://host.test"));
  expect(await refusedWith(() => get("https://host.test/x", { lookup: unknown }))).toBe(
    notAllowed("https://host.test"),
  );
  expect(await refusedWith(() => get("https://host.test:22/x", { lookup: open }))).toBe(
    notAllowed("https://host.test:22"),
  );
});

test("connects to exactly the address that was checked, though the name changes its answer", async () => {
  server.answers.set("/a", "checked");
  other.answers.set("/a", "rebound");
  const asked: string[] = [];
  const lookup: Lookup = async (host) => {
    asked.push(host);
    return asked.length === 1 ? ["127.0.0.1"] : ["10.0.0.1"];
  };
  expect(await get(`http://rebind.test:${server.port}/a`, { allow: "127.0.0.1/32", lookup })).toBe("200 checked");
  expect(asked).toEqual(["rebind.test"]);
  expect(server.requests[0]?.headers.host).toBe(`rebind.test:${server.port}`);
});

test("connects to the public address only when a name has a private one as well", async () => {
  server.answers.set("/a", "ok");
  const lookup: Lookup = async () => ["10.0.0.1", "127.0.0.1"];
  expect(await get(`http://both.test:${server.port}/a`, { allow: "127.0.0.1/32", lookup })).toBe("200 ok");
});

test("follows redirects, each checked again", async () => {
  server.answers.set("/a", redirect("/b"));
  server.answers.set("/b", redirect(`${server.url}/c`, 308));
  server.answers.set("/c", "end");
  expect(await get("/a")).toBe("200 end");

  server.answers.set("/out", redirect(`${other.url}/secret`));
  expect(await refusedWith(() => get("/out"))).toBe(notAllowed(other.url));
  expect(other.requests).toEqual([]);

  server.answers.set("/meta", redirect("http://169.254.169.254/latest"));
  expect(await refusedWith(() => get("/meta"))).toBe(notAllowed("http://169.254.169.254"));
  server.answers.set("/file", redirect("file:///etc/passwd"));
  expect(await refusedWith(() => get("/file"))).toContain("An address that starts with file: cannot be fetched.");
  server.answers.set("/user", redirect(`http://a:b@127.0.0.1:${server.port}/c`));
  expect(await refusedWith(() => get("/user"))).toContain("holds a user name or password");
});

test("resolves the name again at each redirect", async () => {
  server.answers.set("/a", redirect("/b"));
  let asked = 0;
  const lookup: Lookup = async () => (asked++ === 0 ? ["127.0.0.1"] : ["10.0.0.1"]);
  const url = `http://rebind.test:${server.port}`;
  expect(await refusedWith(() => get(`${url}/a`, { allow: "127.0.0.1/32", lookup }))).toBe(notAllowed(url));
});

test("stops after five redirects", async () => {
  server.answers.set("/loop", redirect("/loop"));
  expect(await refusedWith(() => get("/loop"))).toBe(
    `${server.url}/loop redirects more than 5 times. | Give the address where the redirects end.`,
  );
  expect(server.requests).toHaveLength(6);
});

test("sends a credential to the first origin only, and no POST through a redirect", async () => {
  server.answers.set("/here", redirect("/there"));
  server.answers.set("/there", redirect(`${other.url}/x`));
  other.answers.set("/x", "x");
  await get("/here", { allow: "127.0.0.1", authorization: "Basic secret" });
  expect(server.requests.map(({ headers }) => headers.authorization)).toEqual(["Basic secret", "Basic secret"]);
  expect(other.requests.map(({ headers }) => headers.authorization)).toEqual([undefined]);
  expect(await refusedWith(() => get("/here", { body: Buffer.from("x") }))).toContain("answers a POST with a redirect");
});

test("ends a body that is too large as it comes, announced or not, packed or not", async () => {
  const tooLarge = (path: string) => `${server.url}${path} is larger than the limit of 1 KiB.`;
  server.answers.set("/announced", Buffer.alloc(2_000));
  expect(await refusedWith(() => get("/announced", { maxBytes: 1_024 }))).toBe(tooLarge("/announced"));

  let sent = 0;
  server.answers.set("/endless", (_, response) => {
    const more = () => {
      while (!response.destroyed && response.write(Buffer.alloc(16_384))) sent += 16_384;
    };
    response.on("drain", more);
    more();
  });
  expect(await refusedWith(() => get("/endless", { maxBytes: 1_024 }))).toBe(tooLarge("/endless"));
  expect(sent).toBeLessThan(20_000_000);

  server.answers.set("/bomb", (_, response) =>
    response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync(Buffer.alloc(50_000_000))),
  );
  expect(await refusedWith(() => get("/bomb", { maxBytes: 1_024 }))).toBe(tooLarge("/bomb"));
  await vi.waitFor(() => expect(server.open()).toBe(0));
});

test("reads gzip, and refuses what it did not ask for", async () => {
  server.answers.set("/gzip", (_, response) =>
    response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync("text")),
  );
  expect(await get("/gzip")).toBe("200 text");
  server.answers.set("/br", (_, response) => response.writeHead(200, { "content-encoding": "br" }).end("x"));
  expect(await refusedWith(() => get("/br"))).toContain('is sent in the encoding "br"');
  server.answers.set("/broken", (_, response) =>
    response.writeHead(200, { "content-encoding": "gzip" }).end("no gzip"),
  );
  expect(await refusedWith(() => get("/broken"))).toContain("cannot be reached");
});

test("gives up on a body that comes drop by drop, and on a silent server", async () => {
  const timers: NodeJS.Timeout[] = [];
  server.answers.set("/drops", (_, response) => {
    response.writeHead(200);
    timers.push(setInterval(() => response.write("."), 10));
  });
  server.answers.set("/silent", () => {});
  const refused = (path: string) => `${server.url}${path} did not answer in time. | Try again later.`;
  expect(await refusedWith(() => get("/drops", { signal: AbortSignal.timeout(200) }))).toBe(refused("/drops"));
  expect(await refusedWith(() => get("/silent", { signal: AbortSignal.timeout(200) }))).toBe(refused("/silent"));
  const hung: Lookup = () => new Promise(() => {});
  const late = get("http://slow.test/x", { lookup: hung, signal: AbortSignal.timeout(50) });
  expect(await refusedWith(() => late)).toBe("http://slow.test/x did not answer in time. | Try again later.");
  timers.forEach((timer) => clearInterval(timer));
  await vi.waitFor(() => expect(server.open()).toBe(0));
});

test("tells a refused connection, without the query of the address", async () => {
  const gone = await startWebServer();
  await gone.close();
  const refused = await refusedWith(() => get(`${gone.url}/x?token=secret`, { allow: "127.0.0.1" }));
  expect(refused).toBe(`${gone.url} cannot be reached (ECONNREFUSED). | Check the address, or try again later.`);
});

test.each([
  ["ftp://host/x", "An address that starts with ftp: cannot be fetched."],
  ["file:///etc/passwd", "An address that starts with file: cannot be fetched."],
  ["javascript:alert(1)", "An address that starts with javascript: cannot be fetched."],
  ["https://alice:s3cret@host.org/x", "The address on host.org holds a user name or password."],
  ["//alice:s3cret@", '"" is not an address.'],
  ["nonsense", '"nonsense" is not an address.'],
])("refuses %s", async (url, message) => {
  const refused = await refusedWith(() => get(url));
  expect(refused).toContain(message);
  expect(refused).not.toContain("s3cret");
});
