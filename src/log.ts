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

/** A log that writes JSON lines through `write`, one call a line, newline included. */
export function jsonLog(write: (line: string) => void, base: LogFields = {}): Log {
  const emit = (level: string) => (event: string, fields?: LogFields) =>
    write(`${JSON.stringify({ at: new Date().toISOString(), level, event, ...base, ...fields })}\n`);
  return {
    info: emit("info"),
    warn: emit("warn"),
    error: emit("error"),
    with: (fields) => jsonLog(write, { ...base, ...fields }),
  };
}

/** A log that keeps nothing. */
export const silentLog: Log = jsonLog(() => {});
