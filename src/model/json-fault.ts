/** White space, and one token of JSON but for strings, of which it reads the quote that begins them. */
const TOKEN = /[ \t\r\n]*(?:([{}[\],:"])|((?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?![\w.])))/y;

/** An escape inside of a string. */
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;

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
    const [whole = "", punctuation, scalar] = TOKEN.exec(text) ?? [];
    const token = punctuation ?? scalar ?? "";
    start = at;
    while (start < text.length && " \t\r\n".includes(text[start] ?? "")) start++;
    const end = token === '"' ? stringEnd(text, at + whole.length) : at + whole.length;
    at = end ?? at;
    return end === undefined ? "" : token;
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

/**
 * Where a string ends whose first character is at `start`; `undefined` for one that does not, or is broken.
 *
 * A loop: a regular expression for whole strings takes exponential time over one that nothing closes.
 */
function stringEnd(text: string, start: number): number | undefined {
  for (let at = start; at < text.length; at++) {
    const char = text[at] ?? "";
    if (char === '"') return at + 1;
    if (char < " ") return undefined;
    if (char !== "\\") continue;
    ESCAPE.lastIndex = at;
    if (!ESCAPE.test(text)) return undefined;
    at = ESCAPE.lastIndex - 1;
  }
  return undefined;
}
