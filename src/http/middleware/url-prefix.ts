import { getPath } from "hono/utils/url";

/** No route has it: a path outside of the prefix leads nowhere. */
const NOWHERE = "/\0";

/**
 * Hono's `getPath` for an application below a prefix (`AWE_URL_PREFIX`): routes and `c.req.path` are written and read
 * without it, at every door. Reading the path another way costs nothing; a request made anew would.
 */
export function pathBelow(prefix: string): (request: Request) => string {
  if (prefix === "") return getPath;
  return (request) => {
    const path = getPath(request);
    if (path === prefix) return "/";
    return path.startsWith(`${prefix}/`) ? path.slice(prefix.length) : NOWHERE;
  };
}
