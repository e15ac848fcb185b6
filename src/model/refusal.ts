import { AweError, type Finding } from "#src/errors.ts";

/** The error that refuses a source for one reason; `file` is a path inside the source. */
export function refusal(message: string, hint?: string, file?: string, cause?: unknown): AweError {
  const finding: Finding = {
    message,
    ...(file === undefined ? {} : { file }),
    ...(hint === undefined ? {} : { hint }),
  };
  return new AweError("invalid_source", message, { findings: [finding], ...(cause === undefined ? {} : { cause }) });
}
