import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

import type { SigningKey } from "./signer.ts";

/** A real HTTP server of keys on loopback, whose behaviour a test changes while it runs. */
export interface KeyServer extends AsyncDisposable {
  readonly address: string;
  /** How often it was asked. */
  requests: number;
  /** What it answers; set it anew at any time. */
  answer: (response: ServerResponse) => void;
}

/** Starts a key server that shows the given keys. */
export async function keyServer(...keys: SigningKey[]): Promise<KeyServer> {
  const server = createServer((_request, response) => {
    self.requests++;
    self.answer(response);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const self: KeyServer = {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`,
    requests: 0,
    answer: showing(...keys),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
  return self;
}

/** An answer with the given keys. */
export function showing(...keys: SigningKey[]): (response: ServerResponse) => void {
  return (response) => {
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ keys: keys.map(({ shown }) => shown) }));
  };
}
