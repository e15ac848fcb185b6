import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { systemClock } from "#src/clock.ts";
import { silentLog } from "#src/log.ts";
import type { SourceRequest } from "#src/model/submission.ts";
import { parseAllow } from "#src/sources/addresses.ts";
import { SOURCE_LIMITS, type SourceLimits } from "#src/sources/limits.ts";
import { localSources } from "#src/sources/local.ts";
import type { FetchedSource, FindCredential } from "#src/sources/sources.ts";
import { rawAddress } from "#src/sources/url.ts";
import { refusedWith } from "./findings.ts";
import { rawZip } from "./raw-zip.ts";
import { startWebServer, type WebServer } from "./web-server.ts";

let server: WebServer;
const nobody: FindCredential = async () => undefined;

beforeAll(async () => {
  server = await startWebServer();
});
beforeEach(() => server.answers.clear());
afterAll(() => server.close());

function sources(limits: Partial<SourceLimits> = {}) {
  const allow = parseAllow(`127.0.0.1:${server.port}`);
  return localSources({ allow, log: silentLog, clock: systemClock, limits: { ...SOURCE_LIMITS, ...limits } });
}

type UrlSource = SourceRequest & { kind: "url" };

function at(path: string, more: Partial<UrlSource> = {}): UrlSource {
  const none = { inputsUrls: [], optionsUrl: null, labelsUrl: null, dependenciesUrl: null };
  return { kind: "url", workflowUrl: server.url + path, ...none, ...more };
}

async function read({ tree }: FetchedSource, path: string): Promise<string | undefined> {
  const bytes = await tree.read(path);
  return bytes && Buffer.from(bytes).toString();
}

test("fetches the document, merges inputs in order, and reads options and labels", async () => {
  server.answers.set("/o/r/pipes/main.wdl", "main");
  server.answers.set("/i1.json", '{"w.a":1,"w.b":1,"__proto__":1}');
  server.answers.set("/i2.yaml", "w.b: 2\n");
  server.answers.set("/o.json", '{"o":true}');
  server.answers.set("/l.json", '{"l":"x"}');
  const fetched = await sources().fetch(
    at("/o/r/pipes/main.wdl", {
      inputsUrls: [`${server.url}/i1.json`, `${server.url}/i2.yaml`],
      optionsUrl: `${server.url}/o.json`,
      labelsUrl: `${server.url}/l.json`,
    }),
    nobody,
  );
  expect(fetched.main).toBe("o/r/pipes/main.wdl");
  expect(fetched.commit).toBeNull();
  expect(Object.entries(fetched.inputs)).toEqual([
    ["w.a", 1],
    ["w.b", 2],
    ["__proto__", 1],
  ]);
  expect([fetched.options, fetched.labels]).toEqual([{ o: true }, { l: "x" }]);
});

test("finds neighbours on the same server, the dependencies zip first", async () => {
  server.answers.set("/o/r/pipes/main.wdl", "main");
  server.answers.set("/o/r/tasks/a.wdl", "neighbour");
  server.answers.set("/o/r/pipes/lib/b.wdl", "never asked for");
  server.answers.set(
    "/deps.zip",
    rawZip([
      { name: "lib/b.wdl", content: "zipped" },
      { name: "data.txt", content: "d" },
    ]),
  );
  const fetched = await sources().fetch(
    at("/o/r/pipes/main.wdl", { dependenciesUrl: `${server.url}/deps.zip` }),
    nobody,
  );
  expect(fetched.tree.paths).toEqual(["o/r/pipes/data.txt", "o/r/pipes/lib/b.wdl", "o/r/pipes/main.wdl"]);
  expect(await read(fetched, "o/r/pipes/main.wdl")).toBe("main");
  expect(await read(fetched, "o/r/tasks/a.wdl")).toBe("neighbour");
  expect(await read(fetched, "o/r/pipes/lib/b.wdl")).toBe("zipped");
  expect(await read(fetched, "lib/b.wdl")).toBe("zipped");
  expect(await read(fetched, "data.txt")).toBe("d");
  expect(await read(fetched, "o/r/tasks/gone.wdl")).toBeUndefined();
});

test("bounds the number of neighbours", async () => {
  server.answers.set("/main.wdl", "main");
  server.answers.set("/a.wdl", "a");
  const fetched = await sources({ documents: 1 }).fetch(at("/main.wdl"), nobody);
  expect(await read(fetched, "a.wdl")).toBe("a");
  expect(await read(fetched, "a.wdl")).toBeUndefined();
});

test("names the address that cannot be had, without its query", async () => {
  server.answers.set("/main.wdl", "main");
  server.answers.set("/bad.json", "{");
  server.answers.set("/login", (_, response) => response.writeHead(403).end());
  server.answers.set("/latin.wdl", Buffer.from([0xe9, 0x20]));
  const fetch = (source: UrlSource) => refusedWith(() => sources().fetch(source, nobody));
  expect(await fetch(at("/gone.wdl?token=secret"))).toBe(
    `${server.url}/gone.wdl answered 404 instead of the document. | Check the address.`,
  );
  expect(await fetch(at("/login"))).toContain("must be readable without signing in");
  expect(await fetch(at("/main.wdl", { inputsUrls: [`${server.url}/bad.json`] }))).toContain(
    `${server.url}/bad.json is not JSON`,
  );
  expect(await fetch(at("/latin.wdl"))).toContain("is not UTF-8 text");
  expect(await fetch(at("/main.wdl", { dependenciesUrl: `${server.url}/main.wdl` }))).toContain(
    "The dependencies zip is not a zip that can be read",
  );
});

test("probes every address without reading it, and is late rather than wrong", async () => {
  server.answers.set("/main.wdl", "main");
  const probe = (source: UrlSource, ms = 3_000) => sources().probe(source, nobody, ms);
  expect(await probe(at("/main.wdl"))).toBe("there");
  expect(await refusedWith(() => probe(at("/main.wdl", { optionsUrl: `${server.url}/gone` })))).toContain(
    "/gone answered 404",
  );
  server.answers.set("/silent", () => {});
  expect(await probe(at("/silent"), 100)).toBe("late");
});

test("asks nothing about sources that came with the request", async () => {
  const inline = { kind: "inline", workflowSource: "x", dependencies: null } as const;
  expect(await sources().probe(inline, nobody, 1)).toBe("there");
});

test("fetches an import, and tells one that is not there from one that may not be fetched", async () => {
  server.answers.set("/a.wdl", "version 1.0");
  expect(await sources().fetchDocument(`${server.url}/a.wdl`)).toBe("version 1.0");
  expect(await sources().fetchDocument(`${server.url}/b.wdl`)).toBeUndefined();
  expect(await refusedWith(() => sources().fetchDocument("http://10.0.0.1/b.wdl"))).toContain("is not allowed");
  server.answers.set("/big.wdl", Buffer.alloc(5_000_000, " "));
  expect(await refusedWith(() => sources().fetchDocument(`${server.url}/big.wdl`))).toContain(
    "larger than the limit of 4 MiB",
  );
});

test.each([
  ["https://github.com/o/r/blob/main/a/b.wdl", "https://raw.githubusercontent.com/o/r/main/a/b.wdl"],
  ["https://gitlab.lab.org/g/s/r/-/blob/v1/b.wdl", "https://gitlab.lab.org/g/s/r/-/raw/v1/b.wdl"],
  ["https://host.org/blob/main/b.wdl?x=1#L3", "https://host.org/blob/main/b.wdl?x=1"],
])("takes %s for the file itself", (page, file) => {
  expect(rawAddress(page)).toBe(file);
});
