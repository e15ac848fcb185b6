/** A hexadecimal group as Java reads it into 64 bits, of which the lowest `digits` × 4 count. */
function group(text: string, digits: number): string {
  return text.slice(-digits).padStart(digits, "0");
}

/**
 * Reads a workflow id as Java's `UUID.fromString` does: in any case, and with groups that are too short.
 *
 * `undefined` when it is none.
 */
export function parseId(text: string): string | undefined {
  if (text.length > 36) return undefined;
  const groups = /^([0-9a-f]{1,16})-([0-9a-f]{1,16})-([0-9a-f]{1,16})-([0-9a-f]{1,16})-([0-9a-f]{1,16})$/i.exec(text);
  if (!groups) return undefined;
  const widths = [8, 4, 4, 4, 12];
  return widths
    .map((width, index) => group(groups[index + 1] ?? "", width))
    .join("-")
    .toLowerCase();
}
