import type { Failure, Json, JsonObject } from "#src/model/run.ts";
import type { CallView, RunView } from "#src/workflows/run-view.ts";
import { cut, printable, type Style, type Terminal } from "./terminal.ts";

/** A span of time as people say it: `0.4s`, `12s`, `3m 05s`, `2h 10m`. */
export function spanText(milliseconds: number): string {
  const seconds = Math.max(0, milliseconds) / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)}s`;
  const whole = Math.round(seconds);
  const two = (value: number) => String(value).padStart(2, "0");
  if (whole < 60) return `${whole}s`;
  if (whole < 3600) return `${Math.floor(whole / 60)}m ${two(whole % 60)}s`;
  return `${Math.floor(whole / 3600)}h ${two(Math.floor((whole % 3600) / 60))}m`;
}

const COLOURS: Readonly<Record<string, Style>> = {
  Running: "cyan",
  Done: "green",
  Succeeded: "green",
  Failed: "red",
  RetryableFailure: "yellow",
  Aborted: "yellow",
  Aborting: "yellow",
};

/** A status in its colour. */
export function statusText(status: string, { paint }: Terminal): string {
  const colour = COLOURS[status];
  return colour === undefined ? printable(status) : paint(printable(status), colour);
}

/** How long something took, or has taken until now; empty before its start. */
export function tookText(item: { startedAt: string | null; endedAt: string | null }, now: Date): string {
  if (item.startedAt === null) return "";
  return spanText((item.endedAt === null ? now : new Date(item.endedAt)).getTime() - Date.parse(item.startedAt));
}

/** The run in one line. */
export function runLine(run: RunView, now: Date, terminal: Terminal): string {
  const took = tookText(run, now);
  const finer = run.status.toLowerCase() === run.phase ? "" : ` (${run.phase})`;
  const parts = [terminal.paint(run.name, "bold"), `${statusText(run.status, terminal)}${finer}`, took, run.id];
  return parts.filter((part) => part !== "").join("  ");
}

/** A call in one line; `width` is that of the longest key. */
export function callLine(call: CallView, width: number, now: Date, terminal: Terminal): string {
  const code = call.returnCode === null || call.returnCode === 0 ? "" : `  exit ${call.returnCode}`;
  const pad = " ".repeat(Math.max(0, 16 - call.status.length));
  return `  ${printable(call.key).padEnd(width)}  ${statusText(call.status, terminal)}${pad} ${tookText(call, now)}${code}`.trimEnd();
}

/** A value of the outputs: a text as it is, everything else as JSON. */
export function valueText(value: Json): string {
  return typeof value === "string" ? printable(value) : printable(JSON.stringify(value));
}

/** The outputs, one on each line; texts of several lines are cut. */
function outputLines(outputs: JsonObject, terminal: Terminal): string[] {
  const width = Math.max(0, ...Object.keys(outputs).map((name) => name.length));
  return Object.entries(outputs).map(([name, value]) => {
    const room = terminal.isTty ? Math.max(20, terminal.columns - width - 4) : Number.POSITIVE_INFINITY;
    return `  ${terminal.paint(printable(name).padEnd(width), "bold")}  ${cut(valueText(value), room)}`;
  });
}

/** How deep failures are shown: deeper ones repeat what stands above them. */
const DEEPEST = 8;

/** The failures with what caused them, and the place in the source where one is known. */
function failureLines(failures: readonly Failure[], depth = 0): string[] {
  if (depth > DEEPEST) return [];
  return failures.flatMap(({ message, file, line, column, hint, causedBy }) => {
    const indent = "  ".repeat(depth + 1);
    const place = [file, line, column].filter((part) => part !== undefined).join(":");
    const text = printable(message).replaceAll("\n", `\n${indent}  `);
    return [
      `${indent}${place === "" ? "" : `${printable(place)} `}${text}`,
      ...(hint === undefined ? [] : [`${indent}  hint: ${printable(hint)}`]),
      ...failureLines(causedBy, depth + 1),
    ];
  });
}

/** What there is to say at the end of a run: outputs, or failures. */
export function endLines(run: RunView, terminal: Terminal): string[] {
  const { outputs, failures } = run;
  const hasOutputs = outputs !== null && Object.keys(outputs).length > 0;
  return [
    ...(hasOutputs ? ["outputs", ...outputLines(outputs, terminal)] : []),
    ...(failures.length > 0 ? [terminal.paint("failures", "red"), ...failureLines(failures)] : []),
  ];
}
