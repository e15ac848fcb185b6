import type { CallView, RunView } from "#src/workflows/run-view.ts";
import { spanText } from "./run-text.ts";
import { printable } from "./terminal.ts";

/** What has changed between two looks at a run, one line for each call and one for the run itself. */
export function changeLines(before: RunView | undefined, run: RunView): string[] {
  const known = new Map(before?.calls.map(({ key, status }) => [key, status]));
  const lines = run.calls
    .filter(({ key, status }) => known.get(key) !== status)
    .map((call) => `${run.name} ${printable(call.key)} ${printable(call.status)}${detail(call)}`);
  if (before?.phase !== run.phase) lines.push(`${run.name} ${run.phase}`);
  return lines;
}

function detail({ startedAt, endedAt, returnCode }: CallView): string {
  if (startedAt === null || endedAt === null) return "";
  const code = returnCode === null ? "" : `exit ${returnCode}, `;
  return ` (${code}${spanText(Date.parse(endedAt) - Date.parse(startedAt))})`;
}
