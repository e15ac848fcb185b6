/** Cromwell's limit for keys and for values. */
const MAX_LENGTH = 255;

/** What is wrong with a label, in Cromwell's words. */
export function labelErrors(key: string, value: string): readonly string[] {
  const tooLong = (text: string): string =>
    `Invalid label: \`${text}\` is ${text.length} characters. The maximum is ${MAX_LENGTH}.`;
  const errors: string[] = [];
  if (key === "") errors.push("Invalid label: `` can't be empty");
  if (key.length > MAX_LENGTH) errors.push(tooLong(key));
  if (value.length > MAX_LENGTH) errors.push(tooLong(value));
  return errors;
}
