import { createConnection } from "node:net";

/** An answer as it came over the wire. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/**
 * Sends bytes as they are and reads one answer: `fetch` and `node:http` mend or refuse addresses and headers that a
 * test wants to send. The request should say `Connection: close`.
 */
export async function rawRequest(url: string, request: string | Uint8Array): Promise<RawAnswer> {
  const { hostname, port } = new URL(url);
  const socket = createConnection({ host: hostname, port: Number(port) });
  const chunks: Buffer[] = [];
  socket.on("data", (chunk: Buffer) => chunks.push(chunk));
  // A server that has said why may reset the connection before it has read all.
  socket.on("error", () => {});
  socket.write(request);
  await new Promise<void>((resolve) => socket.once("close", () => resolve()));
  const whole = Buffer.concat(chunks).toString("latin1");
  const head = whole.slice(0, whole.indexOf("\r\n\r\n"));
  const [first = "", ...lines] = head.split("\r\n");
  const headers = new Headers(lines.map((line) => line.split(/:\s*/, 2) as [string, string]));
  const rest = whole.slice(head.length + 4);
  const text = headers.get("transfer-encoding") === "chunked" ? unchunked(rest) : rest;
  return { status: Number(first.split(" ")[1]), headers, text: Buffer.from(text, "latin1").toString() };
}

/** A GET of `path`, whatever stands in it, with a token. */
export function rawGet(url: string, path: string, token: string): Promise<RawAnswer> {
  const head = [`GET ${path} HTTP/1.1`, `Host: ${new URL(url).host}`, `Authorization: Bearer ${token}`];
  return rawRequest(url, `${[...head, "Connection: close"].join("\r\n")}\r\n\r\n`);
}

function unchunked(text: string): string {
  let body = "";
  for (let at = 0; ;) {
    const lineEnd = text.indexOf("\r\n", at);
    const size = Number.parseInt(text.slice(at, lineEnd), 16);
    if (!(size > 0)) return body;
    body += text.slice(lineEnd + 2, lineEnd + 2 + size);
    at = lineEnd + 2 + size + 2;
  }
}
