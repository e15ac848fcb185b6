import { isTerminal } from "#src/model/run.ts";
import type { RunView } from "#src/workflows/run-view.ts";
import type { Context } from "./command.ts";
import { CliError, EXIT, type ExitCode } from "./exit.ts";
import { pause, takeInterrupt } from "./interrupt.ts";
import { changeLines } from "./run-changes.ts";
import { liveBlock } from "./run-block.ts";
import { endLines } from "./run-text.ts";
import type { Server } from "./server.ts";
import type { Terminal } from "./terminal.ts";

/** First looks come quickly, because small runs end quickly; then as seldom as the design has it (2 s). */
const FIRST_LOOK_MS = 200;
const LAST_LOOK_MS = 2_000;
const SLOWER = 1.25;

/** How long a server may be away, as when it is started anew, before following ends. */
const PATIENCE_MS = 60_000;

/** Shows one state of the run after the other. */
interface Presenter {
  readonly show: (run: RunView) => void;
  readonly end: (run: RunView) => void;
}

/** The run as it is at this moment. */
export function lookAt(server: Server, runId: string, signal?: AbortSignal): Promise<RunView> {
  return server.json<RunView>("GET", ["awe", "v1", "runs", runId], signal === undefined ? {} : { signal });
}

/**
 * Follows a run to its end and shows it: on a terminal a block that is drawn anew, in a pipe a line per change, with
 * `quiet` nothing. Ctrl-C leaves the run going.
 */
export async function followRun(
  { out, err }: Context,
  server: Server,
  first: RunView,
  quiet: boolean,
): Promise<{ readonly run: RunView; readonly exit: ExitCode }> {
  using interrupt = takeInterrupt();
  const presenter = quiet ? SILENT : out.isTty ? liveView(out) : changeView(out);
  let run = first;
  let waitMs = FIRST_LOOK_MS;
  let lastAnswer = Date.now();
  for (;;) {
    presenter.show(run);
    if (isTerminal(run.phase)) break;
    await pause(waitMs, interrupt.signal);
    if (interrupt.signal.aborted) {
      err.line(`\n${run.name} goes on. Look again: awe status ${run.name} --wait. End it: awe abort ${run.name}`);
      return { run, exit: EXIT.interrupted };
    }
    waitMs = Math.min(waitMs * SLOWER, LAST_LOOK_MS);
    try {
      run = await lookAt(server, run.id);
      lastAnswer = Date.now();
    } catch (thrown) {
      const isAway = thrown instanceof CliError && thrown.exit === EXIT.unreachable;
      if (!isAway || Date.now() - lastAnswer > PATIENCE_MS) throw thrown;
    }
  }
  presenter.end(run);
  return { run, exit: run.phase === "succeeded" ? EXIT.ok : EXIT.failed };
}

const SILENT: Presenter = { show: () => {}, end: () => {} };

function changeView(out: Terminal): Presenter {
  let before: RunView | undefined;
  return {
    show(run) {
      for (const line of changeLines(before, run)) out.line(line);
      before = run;
    },
    end(run) {
      for (const line of endLines(run, out)) out.line(line);
    },
  };
}

/** Draws a block over the block before it, and only where something has changed. */
function liveView(out: Terminal): Presenter {
  let drawn: readonly string[] = [];
  const draw = (lines: readonly string[]) => {
    if (lines.join("\n") === drawn.join("\n")) return;
    // Up to the first line of the block; each line is cleared as it is written, and what is left below it at the end.
    // Without wrapping (DECAWM), so that a long line is cut and the block keeps its height.
    const up = drawn.length > 0 ? `\u001B[${drawn.length}A` : "";
    out.write(`\u001B[?7l${up}${lines.map((line) => `\r\u001B[2K${line}\n`).join("")}\u001B[J\u001B[?7h`);
    drawn = lines;
  };
  return {
    show: (run) => draw(liveBlock(run, new Date(), out)),
    end(run) {
      for (const line of endLines(run, out)) out.line(line);
    },
  };
}
