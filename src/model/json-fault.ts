/** One token of JSON, with the white space before it. */
const TOKEN =
  /[ \t\r\n]*(?:([{}[\],:])|("(?:[ !#-[\]-\u{10ffff}]+|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*")|((?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?![\w.])))/uy;

/**
 * Where a text stops being JSON, as a position in it; its length where it ends too early or is JSON.
 *
 * `JSON.parse` tells a position only at times, and repeats the text, which may be secret. Recursive: for text whose depth is
 * bounded.
 */
export function jsonFault(text: string): number {
  let at = 0;
  let start = 0;
  const next = (): string => {
    TOKEN.lastIndex = at;
    const [whole = "", punctuation, string, scalar] = TOKEN.exec(text) ?? [];
    const token = punctuation ?? (string === undefined ? scalar : '"') ?? "";
    start = at;
    while (start < text.length && " \t\r\n".includes(text[start] ?? "")) start++;
    at += whole.length;
    return token;
  };
  /** Reads the rest of a value that begins with `token`; answers whether it was one. */
  const value = (token: string): boolean => {
    if (token === "[") return list("]", value);
    if (token === "{") return list("}", (key) => key === '"' && next() === ":" && value(next()));
    return token !== "" && !"]},:".includes(token);
  };
  const list = (end: string, item: (token: string) => boolean): boolean => {
    let token = next();
    if (token === end) return true;
    for (;;) {
      if (!item(token)) return false;
      const after = next();
      if (after === end) return true;
      if (after !== ",") return false;
      token = next();
    }
  };
  if (!value(next())) return start;
  next();
  return start;
}
