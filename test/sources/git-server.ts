import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** A repository on disk that a test fills with real Git. */
interface TestRepository {
  readonly folder: string;
  git(...args: string[]): string;
  /** Writes files, commits them and answers the commit. */
  commit(files: Readonly<Record<string, string | Uint8Array>>, message?: string): string;
  link(path: string, target: string): void;
}

/** A real Git server on loopback: `git http-backend` behind node:http. */
export interface GitServer {
  /** `http://127.0.0.1:port` */
  readonly url: string;
  readonly host: string;
  /** Requests seen, as `METHOD path`, and whether they carried a password. */
  readonly requests: { line: string; authorized: boolean }[];
  /** Repositories that want this name and password. */
  readonly passwords: Map<string, string>;
  create(name: string): TestRepository;
  close(): Promise<void>;
}

const GIT_ENV = {
  PATH: process.env["PATH"] ?? "",
  HOME: "/nonexistent",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_AUTHOR_NAME: "t",
  GIT_AUTHOR_EMAIL: "t@example.org",
  GIT_COMMITTER_NAME: "t",
  GIT_COMMITTER_EMAIL: "t@example.org",
};

export async function startGitServer(): Promise<GitServer> {
  const root = mkdtempSync(join(tmpdir(), "awe-git-"));
  const requests: GitServer["requests"] = [];
  const passwords: GitServer["passwords"] = new Map();
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? "/", "http://x").pathname;
    requests.push({ line: `${request.method} ${request.url}`, authorized: "authorization" in request.headers });
    const wanted = passwords.get(path.split("/")[1] ?? "");
    const given = Buffer.from((request.headers.authorization ?? "").replace("Basic ", ""), "base64").toString();
    if (wanted !== undefined && given !== wanted) {
      response.writeHead(401, { "www-authenticate": 'Basic realm="git"' }).end("no");
      return;
    }
    backend(root, request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: `http://${host}`,
    host,
    requests,
    passwords,
    create: (name) => repository(join(root, name)),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      rmSync(root, { recursive: true, force: true });
    },
  };
}

function repository(folder: string): TestRepository {
  mkdirSync(folder);
  const git = (...args: string[]) =>
    execFileSync("git", args, { cwd: folder, env: GIT_ENV, stdio: ["ignore", "pipe", "ignore"] })
      .toString()
      .trim();
  git("init", "-q", "-b", "main");
  const commit = (files: Readonly<Record<string, string | Uint8Array>>, message = "work"): string => {
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), content);
    }
    git("add", "-A");
    git("commit", "-q", "--allow-empty", "-m", message);
    return git("rev-parse", "HEAD");
  };
  return { folder, git, commit, link: (path, target) => symlinkSync(target, join(folder, path)) };
}

/** Runs `git http-backend` as a CGI program for one request. */
function backend(root: string, request: IncomingMessage, response: ServerResponse): void {
  const { pathname, search } = new URL(request.url ?? "/", "http://x");
  const child = spawn("git", ["-c", "safe.directory=*", "http-backend"], {
    env: {
      ...GIT_ENV,
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: "1",
      PATH_INFO: pathname,
      QUERY_STRING: search.slice(1),
      REQUEST_METHOD: request.method ?? "GET",
      CONTENT_TYPE: request.headers["content-type"] ?? "",
      GIT_CONFIG_COUNT: "1",
      GIT_CONFIG_KEY_0: "safe.directory",
      GIT_CONFIG_VALUE_0: "*",
    },
    stdio: ["pipe", "pipe", "ignore"],
  });
  request.pipe(child.stdin);
  child.stdin.on("error", () => {});
  response.on("close", () => child.kill());
  let head = Buffer.alloc(0);
  let isHeadDone = false;
  child.stdout.on("data", (chunk: Buffer) => {
    if (isHeadDone) {
      if (!response.write(chunk)) {
        child.stdout.pause();
        response.once("drain", () => child.stdout.resume());
      }
      return;
    }
    head = Buffer.concat([head, chunk]);
    const end = head.indexOf("\r\n\r\n");
    if (end === -1) return;
    isHeadDone = true;
    const headers = head
      .toString("latin1", 0, end)
      .split("\r\n")
      .map((line) => line.split(": ") as [string, string]);
    const status = headers.find(([name]) => name === "Status")?.[1];
    response.writeHead(
      Number.parseInt(status ?? "200", 10),
      Object.fromEntries(headers.filter(([name]) => name !== "Status")),
    );
    response.write(head.subarray(end + 4));
  });
  child.stdout.on("end", () => response.end());
}
