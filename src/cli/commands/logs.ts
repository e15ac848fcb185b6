import { isTerminal } from "#src/model/run.ts";
import type { CallView, RunView } from "#src/workflows/run-view.ts";
import type { Context, Run } from "../command.ts";
import { CliError, EXIT } from "../exit.ts";
import { lookAt } from "../follow.ts";
import { pause, takeInterrupt, type Interrupt } from "../interrupt.ts";
import { newestRun } from "../newest-run.ts";
import { serverOf, type Server } from "../server.ts";
import { printable } from "../terminal.ts";

/** As often as a run may be looked at (design: 2 s); half of it feels live and is answered from what is known. */
const LOOK_MS = 1_000;

/** `awe logs`: what calls wrote, all at once or as it comes. */
export const run: Run = async (context, given) => {
  const server = await serverOf(context, given);
  const [, wanted] = given.operands;
  let run = await newestRun(server, given.name);
  const follow = given.flag("follow");
  const reader = new LogReader(context, server, given.flag("stderr") ? "stderr" : "stdout", wanted);
  using interrupt = takeInterrupt();
  for (;;) {
    await reader.read(run, interrupt);
    if (interrupt.signal.aborted) return EXIT.interrupted;
    if (!follow || isTerminal(run.phase)) break;
    await pause(LOOK_MS, interrupt.signal);
    if (interrupt.signal.aborted) return EXIT.interrupted;
    run = await lookAt(server, run.id);
  }
  if (wanted !== undefined && !reader.hasMet) throw noSuchCall(run, wanted);
  return EXIT.ok;
};

/** Prints of each call what it has not printed before. */
class LogReader {
  /** Whether any call was the wanted one. */
  hasMet = false;
  readonly #context: Context;
  readonly #server: Server;
  readonly #stream: "stdout" | "stderr";
  readonly #wanted: string | undefined;
  readonly #offsets = new Map<string, number>();
  readonly #finished = new Set<string>();
  #printing: string | undefined;

  constructor(context: Context, server: Server, stream: "stdout" | "stderr", wanted: string | undefined) {
    this.#context = context;
    this.#server = server;
    this.#stream = stream;
    this.#wanted = wanted;
  }

  async read(run: RunView, { signal }: Interrupt): Promise<void> {
    const calls = run.calls.filter((call) => this.#wanted === undefined || isCalled(call, this.#wanted));
    this.hasMet ||= calls.length > 0;
    const named = calls.length === 1 && this.#wanted !== undefined;
    for (const call of calls) {
      if (this.#finished.has(call.key)) continue;
      try {
        await this.#readCall(run.id, call, named, signal);
      } catch (thrown) {
        if (signal.aborted) return;
        throw thrown;
      }
      if (call.endedAt !== null || isTerminal(run.phase)) this.#finished.add(call.key);
    }
  }

  async #readCall(runId: string, { key }: CallView, named: boolean, signal: AbortSignal): Promise<void> {
    const offset = this.#offsets.get(key) ?? 0;
    const path = ["awe", "v1", "runs", runId, "calls", key, "logs", this.#stream];
    const response = await this.#server.send("GET", path, {
      signal,
      ...(offset === 0 ? {} : { headers: { range: `bytes=${offset}-` } }),
      // Nothing beyond the offset; and calls of workflows have no logs of their own.
      allow: named ? [416] : [404, 416],
    });
    if (!response.ok) {
      await response.body?.cancel();
      return;
    }
    let read = offset;
    for await (const chunk of response.body ?? []) {
      if (!named) this.#head(key);
      this.#context.out.write(chunk);
      read += chunk.length;
    }
    this.#offsets.set(key, read);
  }

  /** Says whose lines follow, as tail does. */
  #head(key: string): void {
    if (this.#printing === key) return;
    const { out } = this.#context;
    out.line(out.paint(`${this.#printing === undefined ? "" : "\n"}==> ${printable(key)} <==`, "bold"));
    this.#printing = key;
  }
}

/** By key, by full name or by the name that stands in the WDL; names mean all shards and attempts. */
function isCalled({ key, name }: CallView, wanted: string): boolean {
  return key === wanted || name === wanted || name.slice(name.lastIndexOf(".") + 1) === wanted;
}

function noSuchCall(run: RunView, wanted: string): CliError {
  const keys = run.calls.map(({ key }) => key);
  const hint =
    keys.length === 0
      ? "No call has begun."
      : `Its calls: ${keys.slice(0, 20).join(", ")}${keys.length > 20 ? ", …" : ""}`;
  return new CliError(EXIT.refused, `${run.name} has no call ${wanted}.`, { hint: printable(hint) });
}
