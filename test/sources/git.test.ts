import { afterAll, beforeAll, expect, test } from "vitest";
import { systemClock } from "#src/clock.ts";
import { silentLog } from "#src/log.ts";
import { parseAllow } from "#src/sources/addresses.ts";
import { SOURCE_LIMITS, type SourceLimits } from "#src/sources/limits.ts";
import { localSources } from "#src/sources/local.ts";
import type { FindCredential } from "#src/sources/sources.ts";
import { refusedWith } from "./findings.ts";
import { type GitServer, startGitServer } from "./git-server.ts";
import { startWebServer } from "./web-server.ts";

let server: GitServer;
const nobody: FindCredential = async () => undefined;

beforeAll(async () => {
  server = await startGitServer();
});
afterAll(() => server.close());

function sources(limits: Partial<SourceLimits> = {}) {
  return localSources({
    allow: parseAllow(server.host),
    log: silentLog,
    clock: systemClock,
    limits: { ...SOURCE_LIMITS, ...limits },
  });
}

function fetch(name: string, ref: string | null = null, limits: Partial<SourceLimits> = {}, credential = nobody) {
  return sources(limits).fetch({ kind: "git", repo: `${server.url}/${name}`, ref, path: null }, credential);
}

async function text(fetched: Awaited<ReturnType<typeof fetch>>, path: string): Promise<string | undefined> {
  const bytes = await fetched.tree.read(path);
  return bytes && new TextDecoder().decode(bytes);
}

test("fetches the default branch, a branch, a tag, an annotated tag and a commit, and records the commit", async () => {
  const repo = server.create("refs.git");
  const first = repo.commit({ "main.wdl": "one", "tools/deep/a.wdl": "a" });
  repo.git("tag", "light");
  repo.git("tag", "-a", "-m", "x", "v1.0");
  repo.git("checkout", "-q", "-b", "topic/x");
  const topic = repo.commit({ "main.wdl": "topic" });
  repo.git("checkout", "-q", "main");
  const second = repo.commit({ "main.wdl": "two" });

  const head = await fetch("refs.git");
  expect(head.commit).toBe(second);
  expect(head.tree.paths).toEqual(["main.wdl", "tools/deep/a.wdl"]);
  expect(await text(head, "tools/deep/a.wdl")).toBe("a");
  expect(await head.tree.read("nothing.wdl")).toBeUndefined();

  for (const [ref, commit, content] of [
    ["main", second, "two"],
    ["topic/x", topic, "topic"],
    ["refs/heads/topic/x", topic, "topic"],
    ["light", first, "one"],
    ["v1.0", first, "one"],
    [first, first, "one"],
    [second.toUpperCase(), second, "two"],
    [second.slice(0, 9), second, "two"],
  ] as const) {
    const fetched = await fetch("refs.git", ref);
    expect([ref, fetched.commit, await text(fetched, "main.wdl")]).toEqual([ref, commit, content]);
  }
});

test("finds a commit that is no tip, whole or abbreviated, in the newest history", async () => {
  const repo = server.create("history.git");
  const old = repo.commit({ "main.wdl": "old" });
  const middle = repo.commit({ "main.wdl": "middle" });
  repo.commit({ "main.wdl": "new" });
  for (const ref of [middle, middle.slice(0, 8)]) {
    const fetched = await fetch("history.git", ref);
    expect([fetched.commit, await text(fetched, "main.wdl")]).toEqual([middle, "middle"]);
  }
  const digits = old.slice(0, 10);
  expect(await refusedWith(() => fetch("history.git", digits, { historyDepth: 2 }))).toBe(
    `The repository ${server.url}/history.git has no commit ${digits} among the newest 2 of each branch. | ` +
      "Give all 40 digits of the commit.",
  );
});

test("fetches the commit that the refs named, even when the branch has moved on, in two requests", async () => {
  const repo = server.create("two.git");
  const commit = repo.commit({ "main.wdl": "x" });
  server.requests.length = 0;
  expect((await fetch("two.git")).commit).toBe(commit);
  expect(server.requests.map(({ line }) => line)).toEqual([
    "GET /two.git/info/refs?service=git-upload-pack",
    "POST /two.git/git-upload-pack",
  ]);
});

test("finds a repository without .git and with a slash at its end", async () => {
  server.create("spelled.git").commit({ "main.wdl": "x" });
  expect((await fetch("spelled")).tree.paths).toEqual(["main.wdl"]);
  expect((await fetch("spelled.git/")).tree.paths).toEqual(["main.wdl"]);
});

test("names a ref that is not there, with similar ones", async () => {
  const repo = server.create("similar.git");
  repo.commit({ "main.wdl": "x" });
  repo.git("tag", "v1.2.0");
  repo.git("tag", "v1.2.1");
  repo.git("branch", "develop");
  const of = `The repository ${server.url}/similar.git has no branch, tag or commit named`;
  expect(await refusedWith(() => fetch("similar.git", "v1.2"))).toBe(
    `${of} "v1.2". | Did you mean "v1.2.0", "v1.2.1"?`,
  );
  expect(await refusedWith(() => fetch("similar.git", "devlop"))).toBe(`${of} "devlop". | Did you mean "develop"?`);
  expect(await refusedWith(() => fetch("similar.git", "--upload-pack=x"))).toBe(
    `${of} "--upload-pack=x". | Leave ref out to use the default branch.`,
  );
});

test("says that a repository is empty, or has no default branch", async () => {
  server.create("empty.git");
  expect(await refusedWith(() => fetch("empty.git"))).toBe(
    `The repository ${server.url}/empty.git is empty. | Push a branch that holds a WDL file.`,
  );
  const repo = server.create("headless.git");
  repo.commit({ "main.wdl": "x" });
  repo.git("symbolic-ref", "HEAD", "refs/heads/other");
  expect(await refusedWith(() => fetch("headless.git"))).toBe(
    `The repository ${server.url}/headless.git has no default branch. | Name a ref: "main".`,
  );
});

test("tells that a missing and a private repository look the same, and how to store a credential", async () => {
  server.create("private.git").commit({ "main.wdl": "secret" });
  server.passwords.set("private.git", "alice:s3cret");
  for (const name of ["missing.git", "private.git"]) {
    expect(await refusedWith(() => fetch(name))).toBe(
      `The repository ${server.url}/${name} does not exist or needs a credential. | ` +
        `Check the address; if it is private, store a credential with: awe credentials put ${server.host}`,
    );
  }
});

test("reads a private repository with the stored credential, which no error shows", async () => {
  server.create("vault.git").commit({ "main.wdl": "secret" });
  server.passwords.set("vault.git", "alice:s3cret");
  const asked: string[] = [];
  const fetched = await fetch("vault.git", null, {}, async (host) => {
    asked.push(host);
    return { userName: "alice", password: "s3cret" };
  });
  expect(await text(fetched, "main.wdl")).toBe("secret");
  expect(asked).toEqual([server.host]);

  const refused = await refusedWith(() =>
    fetch("vault.git", null, {}, async () => ({ userName: "alice", password: "wr0ng" })),
  );
  expect(refused).toBe(
    `The repository ${server.url}/vault.git does not exist, or the stored credential for ${server.host} may not read it. | ` +
      `Check the address, or store another credential with: awe credentials put ${server.host}`,
  );
});

test("does not ask for a credential where none is needed", async () => {
  server.create("open.git").commit({ "main.wdl": "x" });
  await fetch("open.git", null, {}, () => Promise.reject(new Error("asked")));
  expect(server.requests.filter(({ line }) => line.includes("open.git")).some(({ authorized }) => authorized)).toBe(
    false,
  );
});

test("never sends a credential along a redirect, or in clear to a host that is not listed", async () => {
  const web = await startWebServer();
  const path = "/moved.git/info/refs?service=git-upload-pack";
  web.answers.set(path, (request, response) => {
    if (request.headers.authorization === undefined) response.writeHead(401).end();
    else response.writeHead(302, { location: `${server.url}${path}` }).end();
  });
  server.create("moved.git").commit({ "main.wdl": "moved" });
  const repo = { kind: "git", repo: `${web.url}/moved.git`, ref: null, path: null } as const;
  const stored: FindCredential = async () => ({ userName: "alice", password: "s3cret" });
  const fetchWith = (allow: string) =>
    localSources({ allow: parseAllow(allow), log: silentLog, clock: systemClock }).fetch(repo, stored);

  server.requests.length = 0;
  expect(await text(await fetchWith("127.0.0.1"), "main.wdl")).toBe("moved");
  expect(server.requests.map(({ authorized }) => authorized)).toEqual([false, false]);

  web.requests.length = 0;
  expect(await refusedWith(() => fetchWith("127.0.0.0/8"))).toContain("does not exist or needs a credential");
  expect(web.requests.map(({ headers }) => headers.authorization)).toEqual([undefined]);
  await web.close();
});

test("refuses what is no Git repository, or only a dumb one", async () => {
  const web = await startWebServer();
  web.answers.set("/page/info/refs?service=git-upload-pack", "<html>");
  web.answers.set("/dumb.git/info/refs?service=git-upload-pack", `${"a".repeat(40)}\trefs/heads/main\n`);
  web.answers.set("/down.git/info/refs?service=git-upload-pack", (_, response) => response.writeHead(503).end());
  web.answers.set("/odd.git/info/refs?service=git-upload-pack", (_, response) =>
    response
      .writeHead(200, { "content-type": "application/x-git-upload-pack-advertisement" })
      .end("001e# service=git-upload-pack\n0000zzzz"),
  );
  const refused = (name: string) =>
    refusedWith(() =>
      localSources({ allow: parseAllow("127.0.0.1"), log: silentLog, clock: systemClock }).fetch(
        { kind: "git", repo: `${web.url}/${name}`, ref: null, path: null },
        nobody,
      ),
    );
  expect(await refused("page")).toBe(
    `${web.url}/page is not a Git repository. | Give the address that git clone takes.`,
  );
  expect(await refused("dumb.git")).toContain(
    `The server of ${web.url}/dumb.git speaks only Git's "dumb" HTTP protocol.`,
  );
  expect(await refused("down.git")).toBe(`The server of ${web.url}/down.git answered 503. | Try again later.`);
  expect(await refused("odd.git")).toContain("is not a Git repository");
  await web.close();
});

test("does not follow links and submodules, and says so when one is needed", async () => {
  const repo = server.create("links.git");
  const inner = repo.commit({ "real.wdl": "x" });
  repo.link("main.wdl", "/etc/passwd");
  repo.link("folder", "/etc");
  repo.git("update-index", "--add", "--cacheinfo", `160000,${inner},module`);
  repo.git("add", "main.wdl", "folder");
  repo.git("commit", "-q", "-m", "links");
  const { tree } = await fetch("links.git");
  expect(tree.paths).toEqual(["real.wdl"]);
  expect(await refusedWith(() => tree.read("main.wdl"))).toBe(
    '"main.wdl" is a symbolic link, which AWE does not follow. | Commit the file itself.',
  );
  expect(await refusedWith(() => tree.read("folder/passwd"))).toContain('"folder" is a symbolic link');
  expect(await refusedWith(() => tree.read("module/a.wdl"))).toContain('"module" is a submodule');
});

test("says that a file lies in Git LFS", async () => {
  const pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n";
  server.create("lfs.git").commit({ "main.wdl": "x", "big.bam": pointer });
  const { tree } = await fetch("lfs.git");
  expect(await refusedWith(() => tree.read("big.bam"))).toBe(
    '"big.bam" is kept in Git LFS, which AWE does not fetch. | Upload the file by itself.',
  );
});

test("refuses a huge repository while it is on its way", async () => {
  const noise = new Uint8Array(3_000_000).map((_, index) => ((index * 7919 * ((index >> 8) + 1)) % 251) ^ (index >> 3));
  server.create("huge.git").commit({ "main.wdl": "x", "noise.bin": noise, "noise2.bin": noise.toReversed() });
  expect(await refusedWith(() => fetch("huge.git", null, { packBytes: 100_000 }))).toBe(
    `The repository ${server.url}/huge.git is larger than the limit of 97.7 KiB (one commit, packed). | ` +
      "Keep large data out of the repository that holds the workflow.",
  );
});

test("refuses a small pack that unpacks to more than the limit before it is indexed", async () => {
  server.create("bomb.git").commit({ "main.wdl": "x", zeros: new Uint8Array(20_000_000) });
  expect(await refusedWith(() => fetch("bomb.git", null, { unpackedBytes: 1_000_000 }))).toBe(
    `The repository ${server.url}/bomb.git unpacks to more than 976.6 KiB. | ` +
      "Keep large data out of the repository that holds the workflow.",
  );
  expect((await fetch("bomb.git")).tree.paths).toEqual(["main.wdl", "zeros"]);
});

test("bounds files, objects, depth and the size of a file", async () => {
  const files = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`f${index}.txt`, `${index}`]));
  server.create("many.git").commit({ ...files, "a/b/c/d/e.wdl": "x" });
  expect(await refusedWith(() => fetch("many.git", null, { files: 20 }))).toContain("holds more than 20 files");
  expect(await refusedWith(() => fetch("many.git", null, { objects: 20 }))).toContain("holds more than 20 objects");
  expect(await refusedWith(() => fetch("many.git", null, { pathDepth: 3 }))).toContain("folders deeper than 3");
  const { tree } = await fetch("many.git", null, { fileBytes: 1 });
  expect(await refusedWith(() => tree.read("f10.txt"))).toContain('"f10.txt" is larger than the limit of 1 bytes');
});

test("counts folders that hold one another many times over", async () => {
  const repo = server.create("nested.git");
  repo.commit({ "main.wdl": "x" });
  let tree = repo.git("rev-parse", "HEAD^{tree}");
  for (let level = 0; level < 12; level++) {
    const listing = Array.from({ length: 10 }, (_, index) => `040000 tree ${tree}\td${index}`).join("\n");
    repo.commit({ "listing.txt": `${listing}\n` });
    tree = repo.git("-c", "alias.mk=!git mktree < listing.txt", "mk");
  }
  const commit = repo.git("commit-tree", "-m", "bomb", tree);
  repo.git("branch", "bomb", commit);
  expect(await refusedWith(() => fetch("nested.git", "bomb"))).toContain("holds more than 20000 files");
});

test("probes a repository and its ref without fetching it", async () => {
  server.create("probe.git").commit({ "main.wdl": "x" });
  const probe = (name: string, ref: string | null) =>
    sources().probe({ kind: "git", repo: `${server.url}/${name}`, ref, path: null }, nobody, 3_000);
  server.requests.length = 0;
  expect(await probe("probe.git", "main")).toBe("there");
  expect(server.requests).toHaveLength(1);
  expect(await refusedWith(() => probe("probe.git", "mian"))).toContain('named "mian"');
  expect(await refusedWith(() => probe("absent.git", null))).toContain("does not exist or needs a credential");
});

test.each([
  [
    "git@github.com:o/r.git",
    "Use https://github.com/o/r.git; if it is private, store a token with: awe credentials put github.com",
  ],
  ["ssh://git@host.org:22/o/r.git", "Use https://host.org/o/r.git;"],
  ["git://host.org/r.git", "Use https://host.org/r.git"],
  ["/home/alice/work", "awe submit NAME --repo FOLDER"],
  ["../work", "awe submit NAME --repo FOLDER"],
  ["file:///home/alice/work", "awe submit NAME --repo FOLDER"],
  ["https://github.com/o/r/tree/main/sub", "Use https://github.com/o/r with ref main, path sub"],
  ["https://alice:pw@github.com/o/r", "store them with: awe credentials put github.com"],
  ["https://github.com/o/r?x=1", "Leave out the ?"],
  ["ftp://host.org/r", "Give an https:// address."],
  ["not an address", "Give an address that starts with https://."],
])("refuses %s with a remedy", async (repo, remedy) => {
  const refused = await refusedWith(() => sources().fetch({ kind: "git", repo, ref: null, path: null }, nobody));
  expect(refused).toContain(remedy);
  expect(refused).not.toContain("pw");
});
