/** A call as a bar in time. */
export interface TimedCall {
  /** What the row is called: the call's name with shard and attempt. */
  readonly title: string;
  readonly status: string;
  readonly startedAt: Date | null;
  readonly endedAt: Date | null;
}

/** The workflow whose calls are shown. */
export interface TimedWorkflow {
  readonly id: string;
  readonly name: string | null;
  readonly status: string;
  readonly startedAt: Date | null;
  readonly endedAt: Date | null;
}

/** Colours of the bars by executionStatus; all others are grey. */
const COLOURS: Readonly<Record<string, string>> = {
  Done: "#4a8f5c",
  Running: "#3d7ab8",
  Failed: "#b8433d",
  RetryableFailure: "#c98a2b",
};

/** More rows than this nobody reads, and a browser suffers. */
const MAX_ROWS = 5_000;

/** A page that shows when each call ran. It needs no script and loads nothing, so it works without a network. */
export function timingPage(workflow: TimedWorkflow, calls: Iterable<TimedCall>, now: Date): string {
  const shown = Iterator.from(calls).take(MAX_ROWS).toArray();
  const starts = [workflow, ...shown].flatMap(({ startedAt }) => startedAt?.getTime() ?? []);
  const start = starts.reduce((least, at) => Math.min(least, at), now.getTime());
  const end = Math.max((workflow.endedAt ?? now).getTime(), start + 1);
  const rows = shown.map((call) => row(call, start, end)).join("\n");
  const title = escape(`${workflow.name ?? "workflow"} ${workflow.id}`);
  const cut = shown.length === MAX_ROWS ? `; the first ${MAX_ROWS} calls` : "";
  return `<html>
<head>
<meta charset="utf-8">
<title>${title}</title>
<style>
body { font: 14px sans-serif; margin: 2em; color: #222; background: #fff; }
table { border-collapse: collapse; width: 100%; }
td { padding: 2px 8px; white-space: nowrap; border-bottom: 1px solid #ddd; }
td.time { width: 70%; }
.bar { display: block; height: 14px; min-width: 2px; border-radius: 2px; }
</style>
</head>
<body>
<h1>${title}</h1>
<p>${escape(workflow.status)}, ${seconds(end - start)}${cut}</p>
<table>
${rows}
</table>
</body>
</html>
`;
}

function row(call: TimedCall, start: number, end: number): string {
  const from = call.startedAt?.getTime() ?? start;
  const to = call.endedAt?.getTime() ?? end;
  const percent = (ms: number): string => ((100 * ms) / (end - start)).toFixed(3);
  const style = `margin-left:${percent(from - start)}%;width:${percent(to - from)}%;background:${COLOURS[call.status] ?? "#999"}`;
  return (
    `<tr><td>${escape(call.title)}</td><td>${escape(call.status)}</td>` +
    `<td>${seconds(to - from)}</td><td class="time"><span class="bar" style="${style}"></span></td></tr>`
  );
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
