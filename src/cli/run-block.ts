import type { CallView, RunView } from "#src/workflows/run-view.ts";
import { callLine, runLine } from "./run-text.ts";
import type { Terminal } from "./terminal.ts";

/** Lines of the screen that are kept free: the run's own, the summary's, and where the prompt will stand. */
const KEPT = 4;

/** Key columns beyond this push everything else off the screen. */
const WIDEST_KEY = 50;

/** The run and its calls as lines that fit the screen; where there are too many calls, those that matter most. */
export function liveBlock(run: RunView, now: Date, terminal: Terminal): string[] {
  const most = Math.max(3, terminal.rows - KEPT);
  const shown = run.calls.length <= most ? run.calls : mostTelling(run.calls, most);
  const lines = callBlock(shown, now, terminal);
  const hidden = run.calls.length - shown.length;
  return [runLine(run, now, terminal), ...lines, ...(hidden > 0 ? [`  … ${hidden} more: ${counts(run.calls)}`] : [])];
}

/** Calls as lines with one width. */
export function callBlock(calls: readonly CallView[], now: Date, terminal: Terminal): string[] {
  const width = Math.min(WIDEST_KEY, Math.max(0, ...calls.map(({ key }) => key.length)));
  return calls.map((call) => callLine(call, width, now, terminal));
}

/** Failed ones first, then running ones, then the newest, in the order of the run. */
function mostTelling(calls: readonly CallView[], most: number): readonly CallView[] {
  const rank = ({ status }: CallView) => (status === "Failed" ? 0 : status === "Running" ? 1 : 2);
  const chosen = calls
    .map((call, index) => ({ call, index }))
    .toSorted((a, b) => rank(a.call) - rank(b.call) || b.index - a.index)
    .slice(0, most);
  return chosen.toSorted((a, b) => a.index - b.index).map(({ call }) => call);
}

/** How many calls have which status: `480 Done, 20 Running`. */
function counts(calls: readonly CallView[]): string {
  const numbers = new Map<string, number>();
  for (const { status } of calls) numbers.set(status, (numbers.get(status) ?? 0) + 1);
  return [...numbers].map(([status, number]) => `${number} ${status}`).join(", ");
}
