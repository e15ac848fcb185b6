import type { SourceLimits } from "./limits.ts";
import type { SourceTree } from "./sources.ts";

/**
 * Why `path` cannot be a file of a source, or `undefined` when it can.
 *
 * One rule for archives and repositories: whatever passes stays below any folder that it is ever joined to.
 */
export function pathFault(path: string, limits: Pick<SourceLimits, "pathDepth" | "pathLength">): string | undefined {
  if (path === "") return "is empty";
  if (path.length > limits.pathLength) return `is longer than ${limits.pathLength} characters`;
  if (path.startsWith("/") || /^[A-Za-z]:/.test(path)) return "is absolute";
  if (path.includes("\\")) return "holds a backslash";
  if (/\p{Cc}/u.test(path)) return "holds a control character";
  const segments = path.split("/");
  if (segments.includes("..")) return 'holds ".."';
  if (segments.some((segment) => segment === "" || segment === ".")) return 'holds an empty segment or "."';
  if (segments.length > limits.pathDepth) return `is deeper than ${limits.pathDepth} folders`;
  return undefined;
}

/** A path as errors show it: one line, no control characters, not endless. */
export function showPath(path: string): string {
  const text = JSON.stringify(path);
  return text.length > 120 ? `${text.slice(0, 117)}…"` : text;
}

/** A source whose files are all in memory. */
export function memoryTree(files: ReadonlyMap<string, Uint8Array>): SourceTree {
  return { paths: [...files.keys()].sort(), read: async (path) => files.get(path) };
}
