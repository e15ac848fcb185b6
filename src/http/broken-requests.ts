import type { Server } from "node:http";

/** What a connection is told that sends no readable request, by the code of Node's error. */
const ANSWERS: Readonly<Record<string, readonly [status: string, code: string, message: string]>> = {
  HPE_HEADER_OVERFLOW: [
    "431 Request Header Fields Too Large",
    "too_large",
    "The request's address and headers are larger than the limit of 32768 bytes.",
  ],
  ERR_HTTP_REQUEST_TIMEOUT: ["408 Request Timeout", "timeout", "The request did not arrive in time."],
};

const NO_HTTP = ["400 Bad Request", "invalid_request", "This is no HTTP request that can be read."] as const;

/** Answers in AWE's form what Node refuses before any route sees it, and ends the connection. */
export function answerBrokenRequests(server: Server): void {
  server.on("clientError", (error: NodeJS.ErrnoException, socket) => {
    if (error.code === "ECONNRESET" || !socket.writable) {
      socket.destroy();
      return;
    }
    const [status, code, message] = ANSWERS[error.code ?? ""] ?? NO_HTTP;
    const body = bodyOf(code, message);
    const head = [`HTTP/1.1 ${status}`, "Content-Type: application/json", `Content-Length: ${body.length}`];
    socket.end(`${[...head, "Connection: close"].join("\r\n")}\r\n\r\n${body}`);
  });
}

/** The answer to a request whose address or `Host` cannot be read. */
export function unreadableRequest(): Response {
  const message = "The request's address or its header Host cannot be read.";
  return new Response(bodyOf("invalid_request", message), {
    status: 400,
    headers: { "content-type": "application/json" },
  });
}

function bodyOf(code: string, message: string): string {
  return JSON.stringify({ status: "fail", code, message, errors: [] }, null, 2);
}
