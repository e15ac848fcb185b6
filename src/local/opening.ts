import { VERSION } from "#src/version.ts";
import type { Composition } from "./compose.ts";

type Fetch = Composition["app"]["fetch"];

/**
 * Answers requests while the rest of AWE is still being loaded: `/healthz` at once, as `starting`; all others as soon
 * as there is somebody to answer them. Nobody is refused because of being early.
 */
export function openingFetch(composing: Promise<Composition>, urlPrefix: string): Fetch {
  let answer: Fetch | undefined;
  const composed = composing.then(({ app }) => (answer = (request, env) => app.fetch(request, env)));
  // Whoever starts AWE hears of the failure; requests that wait for it are cut off with the process.
  composed.catch(() => {});
  return async (request, env) => {
    if (answer) return answer(request, env);
    if (new URL(request.url).pathname === `${urlPrefix}/healthz`)
      return Response.json({ status: "starting", version: VERSION });
    return (await composed)(request, env);
  };
}
