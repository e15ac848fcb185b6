/** What a log line may carry. Never a token, a secret, a presigned address or an input's content. */
export type LogFields = Readonly<Record<string, string | number | boolean | null | undefined>>;

/** Structured log: an event named `noun.pastVerb` and its fields, one JSON object a line. */
export interface Log {
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  error(event: string, fields?: LogFields): void;
  /** A log whose every line carries `fields` as well. */
  with(fields: LogFields): Log;
}

/** How much is written: lines of this level and above. */
export type LogLevel = "info" | "warn" | "error" | "off";

const LEVELS: readonly LogLevel[] = ["info", "warn", "error", "off"];

/** A log that writes JSON lines through `write`, one call a line, newline included. */
export function jsonLog(write: (line: string) => void, least: LogLevel = "info", base: LogFields = {}): Log {
  const emit = (level: LogLevel) => (event: string, fields?: LogFields) => {
    if (LEVELS.indexOf(level) < LEVELS.indexOf(least)) return;
    write(`${JSON.stringify({ at: new Date().toISOString(), level, event, ...base, ...fields })}\n`);
  };
  return {
    info: emit("info"),
    warn: emit("warn"),
    error: emit("error"),
    with: (fields) => jsonLog(write, least, { ...base, ...fields }),
  };
}

/** A log that keeps nothing. */
export const silentLog: Log = jsonLog(() => {}, "off");
