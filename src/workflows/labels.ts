import { AweError, type Finding } from "#src/errors.ts";

/** Cromwell's bounds of a label's key and value (`Label.scala`); the number is ours: AWS Batch takes 50 tags a job. */
const LIMITS = { key: 255, value: 255, count: 40 } as const;

/**
 * Checks labels that a caller wrote, with Cromwell's messages.
 *
 * @throws {AweError} `invalid_request` that names every label at fault.
 */
export function assertLabels(
  labels: Readonly<Record<string, unknown>>,
): asserts labels is Readonly<Record<string, string>> {
  const entries = Object.entries(labels);
  const findings = entries.flatMap(([key, value]) => labelFaults(key, value)).map((message): Finding => ({ message }));
  if (entries.length > LIMITS.count)
    findings.push({ message: `A run may have ${LIMITS.count} labels; these are ${entries.length}.` });
  if (findings.length > 0)
    throw new AweError("invalid_request", findings.map(({ message }) => message).join(", "), { findings });
}

function labelFaults(key: string, value: unknown): string[] {
  if (typeof value !== "string") return [`Invalid label ${key}: labels must be strings.`];
  const faults = [];
  if (key === "") faults.push(`Invalid label: \`${key}\` can't be empty`);
  for (const [text, most] of [
    [key, LIMITS.key],
    [value, LIMITS.value],
  ] as const) {
    if (text.length > most)
      faults.push(`Invalid label: \`${text.slice(0, 40)}…\` is ${text.length} characters. The maximum is ${most}.`);
  }
  return faults;
}
