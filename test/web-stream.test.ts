import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import { request } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { setImmediate as soon } from "node:timers/promises";

import { expect, test } from "vitest";

import { webStream } from "#src/web-stream.ts";

test("passes on what comes, no sooner than it is read", async () => {
  let made = 0;
  const source = Readable.from(
    (function* () {
      for (; made < 1_000; made++) yield Buffer.alloc(1_000, made);
    })(),
    { objectMode: false, highWaterMark: 4_000 },
  );
  const stream = webStream(source);
  await soon();
  expect(made).toBeLessThan(20);
  expect((await new Response(stream).arrayBuffer()).byteLength).toBe(1_000_000);
});

test("fails where its source fails", async () => {
  const source = new Readable({ read: () => source.destroy(new Error("the disk is gone")) });
  await expect(new Response(webStream(source)).arrayBuffer()).rejects.toThrow(/disk is gone/);
});

test("ends its source when it is cancelled, at whatever moment, and throws nothing", async () => {
  const server = createServer((_, answer) => answer.end(Buffer.alloc(200_000)));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  for (let round = 0; round < 60; round++) {
    const asked = request({ port, host: "127.0.0.1" }).end();
    const [answer] = (await once(asked, "response")) as [IncomingMessage];
    asked.on("error", () => {});
    const reader = webStream(answer).getReader();
    const pending = round % 3 === 0 ? undefined : reader.read();
    if (round % 3 === 2) await pending;
    for (let turn = 0; turn < round % 5; turn++) await soon();
    await reader.cancel();
    await pending;
    expect(answer.destroyed).toBe(true);
  }
  server.close();
});
