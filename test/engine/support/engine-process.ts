import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { Agent, request } from "undici";

const MAIN = fileURLToPath(new URL("../../../src/engine/main.ts", import.meta.url));

/** The pinned Node where it is installed, else the one that runs the tests. */
const NODE = pinnedNode();

/** An answer with its body read. */
export interface Answered {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  /** The body as JSON. */
  readonly json: unknown;
}

/** A form: texts and bytes by name; a list makes several parts of one name. */
export type Form = Readonly<Record<string, string | Uint8Array | readonly string[]>>;

/** A real engine in a process of its own, with a root of its own below the temporary folder. */
export class EngineProcess {
  readonly root: string;
  private child: ChildProcess | undefined;
  private agent: Agent | undefined;
  private readonly more: Readonly<Record<string, unknown>>;
  private readonly main: string;
  /** What the engine said when it began to listen. */
  firstLine = "";
  /** What the engine logged. */
  log = "";

  /** `more` of the specification; `main`: another copy of the program. */
  constructor(more: Readonly<Record<string, unknown>> = {}, main = MAIN) {
    this.root = mkdtempSync(join(tmpdir(), "awe-engine-"));
    this.more = more;
    this.main = main;
  }

  get socket(): string {
    return join(this.root, "engine.sock");
  }

  get pid(): number {
    return this.child?.pid ?? -1;
  }

  /** Starts the process and waits until it listens. */
  async start(): Promise<this> {
    const child = spawn(NODE, [this.main, "--spec-fd", "3"], { stdio: ["ignore", "pipe", "pipe", "pipe"] });
    this.child = child;
    const spec = {
      root: this.root,
      listen: { kind: "socket", path: this.socket },
      environment: { PATH: process.env["PATH"] ?? "/usr/bin:/bin", LISTED: "yes" },
      ...this.more,
    };
    const descriptor = child.stdio[3] as NodeJS.WritableStream;
    descriptor.end(JSON.stringify(spec));
    child.stderr?.on("data", (chunk: Buffer) => {
      this.log += chunk.toString();
    });
    await new Promise<void>((resolve, reject) => {
      child.stdout?.once("data", (chunk: Buffer) => {
        this.firstLine = chunk.toString();
        resolve();
      });
      child.once("exit", (code) => reject(new Error(`the engine ended with ${code}: ${this.log}`)));
    });
    this.agent = new Agent({ connect: { socketPath: this.socket } });
    return this;
  }

  /** Kills the process as a crash would, and waits until it is gone. */
  async kill(signal: NodeJS.Signals = "SIGKILL"): Promise<void> {
    const { child } = this;
    this.child = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once("exit", resolve));
    child.kill(signal);
    await gone;
    await this.agent?.destroy();
  }

  /** Ends the process and removes all that it wrote. */
  async remove(): Promise<void> {
    await this.kill();
    rmSync(this.root, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  }

  async call(
    method: string,
    path: string,
    options: { readonly headers?: Record<string, string>; readonly body?: string | Uint8Array } = {},
  ): Promise<Answered> {
    const answer = await request(`http://localhost${path}`, {
      method: method as "GET",
      headers: options.headers ?? {},
      body: options.body ?? null,
      ...(this.agent ? { dispatcher: this.agent } : {}),
    });
    const text = await answer.body.text();
    return {
      status: answer.statusCode,
      headers: answer.headers,
      text,
      get json(): unknown {
        return JSON.parse(text);
      },
    };
  }

  /** A GET whose body is left as it came. */
  async bytes(
    path: string,
    headers: Record<string, string>,
  ): Promise<Pick<Answered, "headers"> & { readonly body: Buffer }> {
    const answer = await request(`http://localhost${path}`, {
      headers,
      ...(this.agent ? { dispatcher: this.agent } : {}),
    });
    return { headers: answer.headers, body: Buffer.from(await answer.body.arrayBuffer()) };
  }

  async get(path: string): Promise<Answered> {
    return await this.call("GET", path);
  }

  async postForm(path: string, form: Form): Promise<Answered> {
    const { type, body } = encodeForm(form);
    return await this.call("POST", path, { headers: { "content-type": type }, body });
  }

  /** Submits a workflow and returns its id. */
  async submit(form: Form): Promise<string> {
    const answer = await this.postForm("/api/workflows/v1", form);
    if (answer.status !== 201) throw new Error(`${answer.status} ${answer.text}`);
    return (answer.json as { id: string }).id;
  }

  async status(id: string): Promise<string> {
    return ((await this.get(`/api/workflows/v1/${id}/status`)).json as { status: string }).status;
  }

  /** Waits until the workflow has ended, and says how. */
  async ended(id: string, timeoutMs = 50_000): Promise<string> {
    let status = "";
    await until(`${id} has ended`, timeoutMs, async () => {
      status = await this.status(id);
      return status === "Succeeded" || status === "Failed" || status === "Aborted";
    });
    return status;
  }

  async metadata(id: string, query = ""): Promise<Metadata> {
    return (await this.get(`/api/workflows/v1/${id}/metadata${query}`)).json as Metadata;
  }

  /** Waits until the first attempt of a call has this executionStatus. */
  async callStatus(id: string, call: string, status: string): Promise<void> {
    await until(`${call} is ${status}`, 20_000, async () => {
      const { calls } = await this.metadata(id);
      return calls[call]?.[0]?.executionStatus === status;
    });
  }

  async outputs(id: string): Promise<Record<string, unknown>> {
    return ((await this.get(`/api/workflows/v1/${id}/outputs`)).json as Pick<Metadata, "outputs">).outputs;
  }

  /** Runs a workflow to its end and returns its metadata. */
  async run(form: Form): Promise<Metadata> {
    const id = await this.submit(form);
    await this.ended(id);
    return await this.metadata(id);
  }
}

/** A call in metadata, as far as tests look at it. */
interface CallMetadata {
  readonly executionStatus: string;
  readonly shardIndex: number;
  readonly attempt: number;
  readonly returnCode?: number;
  readonly callRoot: string;
  readonly stdout: string;
  readonly jobId?: string;
  readonly inputs: Record<string, unknown>;
  readonly outputs?: Record<string, unknown>;
  readonly runtimeAttributes?: Record<string, string>;
  readonly retryableFailure?: boolean;
  readonly subWorkflowId?: string;
  readonly subWorkflowMetadata?: Metadata;
}

/** A failure in metadata. */
export interface FailureMetadata {
  readonly message: string;
  readonly causedBy: readonly FailureMetadata[];
}

/** Metadata, as far as tests look at it. */
export interface Metadata {
  readonly id: string;
  readonly status: string;
  readonly workflowName?: string;
  readonly workflowRoot: string;
  readonly outputs: Record<string, unknown>;
  readonly inputs: Record<string, unknown>;
  readonly calls: Record<string, CallMetadata[]>;
  readonly failures?: readonly FailureMetadata[];
  readonly labels: Record<string, string>;
  readonly parentWorkflowId?: string;
  readonly rootWorkflowId?: string;
}

/** Waits for a condition; looks every few milliseconds. */
export async function until(what: string, timeoutMs: number, holds: () => Promise<boolean> | boolean): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`waited ${timeoutMs} ms in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** A form as bytes; every part has the same shape, whether it stands for a file or a field. */
export function encodeForm(form: Form): { readonly type: string; readonly body: Buffer } {
  const boundary = "awe-test-boundary";
  const pieces = Object.entries(form).flatMap(([name, value]) =>
    (Array.isArray(value) ? (value as readonly string[]) : [value as string | Uint8Array]).flatMap((content) => [
      Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n`),
      Buffer.from(content as string),
      Buffer.from("\r\n"),
    ]),
  );
  const body = Buffer.concat([...pieces, Buffer.from(`--${boundary}--\r\n`)]);
  return { type: `multipart/form-data; boundary=${boundary}`, body };
}

/** All messages of a failure tree. */
export function messages(failures: readonly FailureMetadata[] | undefined): readonly string[] {
  return (failures ?? []).flatMap(({ message, causedBy }) => [message, ...messages(causedBy)]);
}

function pinnedNode(): string {
  try {
    const name = `node-linux-${process.arch}/package.json`;
    return join(dirname(createRequire(import.meta.url).resolve(name)), "bin", "node");
  } catch {
    return process.execPath;
  }
}
