import { randomUUID } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { chmod, mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

import { packBundle } from "#src/workflows/bundle.ts";
import { inlineForm, startGateway, type Gateway } from "../support/gateway.ts";
import { COUNTING, COUNTING_SUB } from "./counting.ts";

/** What a kill may hit. */
export type Victim = "gateway" | "engine" | "both";

/** After what a kill comes. */
export type Moment = "any" | "accepted" | "engine started" | "handed over" | "counted" | "ended";

/** How long a moment is waited for: what has happened in an earlier life of the gateway may not come again. */
const MOMENT_MS = 2_500;

/** A gateway that is killed and started again, and what was accepted meanwhile. */
export class World {
  readonly dataFolder: string;
  readonly user: string;
  readonly accepted: { readonly workflow: string; readonly id: string; readonly counter: string }[] = [];
  gateway!: Gateway;
  private readonly env: Readonly<Record<string, string>>;
  private starting: Promise<void> = Promise.resolve();

  constructor(dataFolder: string, user: string, env: Readonly<Record<string, string>> = {}) {
    this.dataFolder = dataFolder;
    this.user = user;
    this.env = env;
  }

  /** A folder beside the state, where every account may write. */
  get counters(): string {
    return join(this.dataFolder, "..", "counters");
  }

  async start(): Promise<void> {
    await mkdir(this.counters, { recursive: true });
    await chmod(this.counters, 0o777);
    this.starting = startGateway(this.dataFolder, { AWE_LOG: "info", ...this.env }).then((gateway) => {
      this.gateway = gateway;
    });
    return this.starting;
  }

  /** Waits until this has happened in the present life of the gateway. */
  async reached(moment: Moment): Promise<void> {
    const deadline = performance.now() + MOMENT_MS;
    while (!this.hasReached(moment) && performance.now() < deadline) await pause(5);
  }

  private hasReached(moment: Moment): boolean {
    switch (moment) {
      case "any":
        return true;
      case "accepted":
        return this.accepted.length > 0;
      case "engine started":
        return this.enginePid() !== undefined;
      case "handed over":
        return this.gateway.log().includes('"run.handedOver"');
      case "counted":
        return this.accepted.some(({ counter }) => existsSync(counter));
      case "ended":
        return this.accepted.some(
          ({ counter }) => existsSync(counter) && readFileSync(counter, "utf8").includes("last"),
        );
    }
  }

  /** Kills without warning; a gateway is started again at once. */
  async kill(victim: Victim): Promise<void> {
    if (victim !== "gateway") this.killEngine();
    if (victim === "engine") return;
    await this.gateway.kill();
    await this.start();
  }

  /** Kills the user's engine, if there is one. */
  killEngine(): void {
    const pid = this.enginePid();
    if (pid === undefined) return;
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It has gone by itself.
    }
  }

  /** The process of the engine that was started last. */
  enginePid(): number | undefined {
    const lines = this.gateway
      .log()
      .split("\n")
      .filter((line) => line.includes('"engine.started"'));
    return lines.length === 0 ? undefined : (JSON.parse(lines.at(-1) ?? "{}") as { pid: number }).pid;
  }

  /** Submits until there is an answer, as a client with an `Idempotency-Key` may; the gateway can be killed meanwhile. */
  async submit(workflow: string): Promise<void> {
    const counter = join(this.counters, workflow);
    const zip = await packBundle(new Map([["sub.wdl", Buffer.from(COUNTING_SUB)]]));
    const key = randomUUID();
    const boundary = `----awe${key}`;
    const form = inlineForm(COUNTING, { workflowInputs: JSON.stringify({ "counting.file": counter }) });
    form.set("workflowDependencies", new Blob([Buffer.from(zip)]), "dependencies.zip");
    // The same bytes each time: a repeated key with another body would be refused.
    const body = await multipart(form, boundary);
    const headers = { "idempotency-key": key, "content-type": `multipart/form-data; boundary=${boundary}` };
    for (;;) {
      await this.starting;
      try {
        const path = `/${this.user}/${workflow}`;
        const answer = await this.gateway.as(this.user, path, { method: "POST", body, headers });
        const text = await answer.text();
        if (answer.status !== 200) throw new RefusedError(`${workflow} was refused: ${answer.status} ${text}`);
        this.accepted.push({ workflow, counter, id: (JSON.parse(text) as { id: string }).id });
        return;
      } catch (cause) {
        if (cause instanceof RefusedError) throw cause;
        await pause(10);
      }
    }
  }

  /** The names in a counter file, sorted. */
  async counted(counter: string): Promise<readonly string[]> {
    return (await readFile(counter, "utf8")).trim().split("\n").toSorted();
  }

  /** The ids of all runs that AWE knows of. */
  async runIds(): Promise<readonly string[]> {
    const answer = await this.gateway.as(this.user, "/awe/v1/runs");
    return ((await answer.json()) as { items: { id: string }[] }).items.map(({ id }) => id).toSorted();
  }

  /** The ids of all runs that the engine has made a folder for. */
  async folders(): Promise<readonly string[]> {
    return (await readdir(join(this.dataFolder, "users", this.user, "cromwell-executions", "counting"))).toSorted();
  }
}

class RefusedError extends Error {}

async function multipart(form: FormData, boundary: string): Promise<Buffer> {
  const parts: Buffer[] = [];
  for (const [name, value] of form) {
    const file = typeof value === "string" ? "" : `; filename="${value.name}"`;
    parts.push(Buffer.from(`--${boundary}\r\ncontent-disposition: form-data; name="${name}"${file}\r\n\r\n`));
    parts.push(typeof value === "string" ? Buffer.from(value) : Buffer.from(await value.arrayBuffer()));
    parts.push(Buffer.from("\r\n"));
  }
  return Buffer.concat([...parts, Buffer.from(`--${boundary}--\r\n`)]);
}
