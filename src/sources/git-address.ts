import { parseAddress } from "./guarded-fetch.ts";
import { refusal } from "#src/model/refusal.ts";

/**
 * The address of a repository as a request names it, brought to the form that Git's HTTP paths are appended to.
 *
 * @throws {AweError} for everything that is not http(s), with the https form of it where one can be told.
 */
export function parseRepository(text: string): URL {
  const trimmed = text.trim();
  const ssh = /^(?:(?:git\+)?ssh:\/\/)(?:[^@/]*@)?([^/:]+)(?::\d+)?\/(.+)$/.exec(trimmed) ?? scpForm(trimmed);
  if (ssh) {
    throw refusal(
      "A repository is fetched over http(s), not over SSH.",
      `Use https://${ssh[1]}/${ssh[2]}; if it is private, store a token with: awe credentials put ${ssh[1]}`,
    );
  }
  const native = /^git:\/\/([^/]+)\/(.+)$/.exec(trimmed);
  if (native) {
    throw refusal("A repository is fetched over http(s), not over git://.", `Use https://${native[1]}/${native[2]}`);
  }
  if (/^(file:|\/|\.{1,2}\/|~)/i.test(trimmed)) {
    throw refusal(
      "A folder is not a repository address: the server opens no path that a request names.",
      "Send the folder itself; the command line does so with: awe submit NAME --repo FOLDER",
    );
  }
  const url = parseAddress(trimmed);
  if (url.search !== "") throw refusal("A repository address has no query.", "Leave out the ? and what follows it.");
  const page = /^\/([^/]+\/[^/]+)\/(?:-\/)?(?:tree|blob)\/([^/]+)(?:\/(.+))?$/.exec(url.pathname);
  if (page) {
    const path = page[3] === undefined ? "" : `, path ${page[3]}`;
    throw refusal(
      "This is the address of a page, not of a repository.",
      `Use ${url.origin}/${page[1]} with ref ${page[2]}${path}`,
    );
  }
  url.pathname = url.pathname.replace(/\/+$/, "");
  return url;
}

/** `git@host:owner/name`, as SSH users copy it. */
function scpForm(text: string): RegExpExecArray | null {
  return /^[^@/:\s]+@([^:/\s]+):(?!\/\/)(.+)$/.exec(text);
}
