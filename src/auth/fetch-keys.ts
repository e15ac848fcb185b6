import type { FetchKeys } from "./issuer-keys.ts";

/** An issuer that has not sent its keys by then is as good as down; a caller waits no longer than this. */
const DEADLINE_MS = 3000;

/** Entra, the largest set that is commonly met, sends about 20 KB. */
const MOST_BYTES = 512 * 1024;

/**
 * Fetches keys over HTTP.
 *
 * Which addresses are allowed is decided where settings are read (https, or http on loopback); redirects are not
 * followed, as they would lead past that decision.
 *
 * @throws {Error} with a reason for the operator's log.
 */
export const fetchKeys: FetchKeys = async (address) => {
  const response = await fetch(address, {
    redirect: "error",
    headers: { accept: "application/json" },
    signal: AbortSignal.timeout(DEADLINE_MS),
  }).catch((thrown: unknown) => {
    throw new Error(reasonOf(thrown), { cause: thrown });
  });
  if (!response.ok || !response.body) {
    await response.body?.cancel();
    throw new Error(`the answer has status ${response.status}`);
  }
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of response.body) {
      size += chunk.length;
      if (size > MOST_BYTES) break;
      chunks.push(chunk);
    }
  } catch (thrown) {
    throw new Error(reasonOf(thrown), { cause: thrown });
  }
  if (size > MOST_BYTES) throw new Error(`the answer is longer than ${MOST_BYTES} bytes`);
  return Buffer.concat(chunks).toString("utf8");
};

/** `fetch` says "fetch failed" and keeps the reason in the cause. */
function reasonOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  if (thrown.name === "TimeoutError") return `no answer within ${DEADLINE_MS} ms`;
  return thrown.cause instanceof Error ? thrown.cause.message : thrown.message;
}
