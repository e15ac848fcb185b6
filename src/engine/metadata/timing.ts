import type { CallRecord, WorkflowRecord } from "../state/records.ts";
import type { State } from "../state/state.ts";

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
export function timingPage(state: State, record: WorkflowRecord, now: Date): string {
  const calls = [...limited(callsOf(state, record.id, ""), MAX_ROWS)];
  const times = calls.flatMap(({ call }) => [call.startedAt, call.endedAt]).filter((time) => time !== undefined);
  const start = Date.parse(
    [record.startedAt, ...times].filter((time) => time !== undefined).sort()[0] ?? now.toISOString(),
  );
  const end = Math.max(record.endedAt === undefined ? now.getTime() : Date.parse(record.endedAt), start + 1);
  const rows = calls.map(({ call, prefix }) => row(call, prefix, start, end)).join("\n");
  const title = escape(`${record.name ?? "workflow"} ${record.id}`);
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
<p>${escape(record.status)}, ${seconds(end - start)}${calls.length === MAX_ROWS ? `; the first ${MAX_ROWS} calls` : ""}</p>
<table>
${rows}
</table>
</body>
</html>
`;
}

interface Row {
  readonly call: CallRecord;
  readonly prefix: string;
}

function* callsOf(state: State, workflowId: string, prefix: string): Iterable<Row> {
  for (const call of state.calls.list(workflowId)) {
    yield { call, prefix };
    if (call.subId !== undefined) yield* callsOf(state, call.subId, `${prefix}${call.fqn} › `);
  }
}

function* limited<T>(items: Iterable<T>, most: number): Iterable<T> {
  let count = 0;
  for (const item of items) {
    if (count++ >= most) return;
    yield item;
  }
}

function row(call: CallRecord, prefix: string, start: number, end: number): string {
  const from = call.startedAt === undefined ? start : Date.parse(call.startedAt);
  const to = call.endedAt === undefined ? end : Date.parse(call.endedAt);
  const percent = (ms: number): string => ((100 * ms) / (end - start)).toFixed(3);
  const shard = call.shard < 0 ? "" : `:${call.shard}`;
  const attempt = call.attempt === 1 ? "" : ` (attempt ${call.attempt})`;
  const colour = COLOURS[call.status] ?? "#999";
  const style = `margin-left:${percent(from - start)}%;width:${percent(to - from)}%;background:${colour}`;
  return (
    `<tr><td>${escape(`${prefix}${call.fqn}${shard}${attempt}`)}</td><td>${escape(call.status)}</td>` +
    `<td>${seconds(to - from)}</td><td class="time"><span class="bar" style="${style}"></span></td></tr>`
  );
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
