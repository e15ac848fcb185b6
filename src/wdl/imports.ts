/** Where the document of an import may be found. */
export type ImportTarget =
  /** To be tried in this order: paths inside the source, or one http(s) address. */
  | { readonly kind: "candidates"; readonly files: readonly [string, ...string[]] }
  /** The import names nothing that can be read, whatever the source holds. */
  | { readonly kind: "refused"; readonly reason: string; readonly hint: string };

const SCHEME = /^[A-Za-z][A-Za-z0-9+.-]*:/;
const HTTP = /^https?:\/\//i;

/** Whether a document is read from the web, not from the source. */
export function isHttp(file: string): boolean {
  return HTTP.test(file);
}

/**
 * Where `uri`, as written in the document `from`, may be found: relative to `from`, then relative to the root of the
 * source, as Cromwell does with a zip of dependencies. Nothing above the root can be named.
 */
export function resolveImport(from: string, uri: string): ImportTarget {
  if (uri.trim() === "") return refused("The import names no document.", 'Write `import "tools/align.wdl"`.');
  if (/\p{Cc}/u.test(uri)) return refused("The import's name holds control characters.", "Delete them.");
  if (isHttp(uri)) return web(uri);
  if (SCHEME.test(uri)) {
    const scheme = uri.slice(0, uri.indexOf(":"));
    return refused(`Documents cannot be imported by \`${scheme}:\`.`, "Use a path inside the source, or http(s).");
  }
  if (isHttp(from)) return web(uri, from);
  if (uri.includes("\\")) {
    return refused("The import's name holds a backslash.", "Folders are separated by `/`.");
  }
  if (uri.startsWith("/")) {
    return refused("The import is an absolute path.", "Use a path relative to this document or to the source's root.");
  }
  const folder = from.slice(0, from.lastIndexOf("/") + 1);
  const [first, second] = [normalise(folder + uri), normalise(uri)].filter((file) => file !== undefined);
  if (first === undefined) {
    return refused("The import leads out of the source.", "Put the document into the source.");
  }
  return { kind: "candidates", files: second === undefined || second === first ? [first] : [first, second] };
}

function refused(reason: string, hint: string): ImportTarget {
  return { kind: "refused", reason, hint };
}

function web(uri: string, base?: string): ImportTarget {
  const url = URL.parse(uri, base);
  if (url === null) return refused("The import is not a valid address.", "Check it in a browser.");
  if (url.username !== "" || url.password !== "") {
    return refused(
      "The import's address holds a user name or password.",
      "Delete them: anybody can read the document.",
    );
  }
  url.hash = "";
  return { kind: "candidates", files: [url.href] };
}

/** Removes `.` and `..`; `undefined` where the path leads above the root or names the root itself. */
function normalise(path: string): string | undefined {
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    if (part !== "..") parts.push(part);
    else if (parts.pop() === undefined) return undefined;
  }
  return parts.length === 0 || path.endsWith("/") ? undefined : parts.join("/");
}
