import { expect, test } from "vitest";

import type { EngineAddress } from "#src/fleet/fleet.ts";
import { sharedReads, type SharedAnswer } from "#src/monitor/shared-reads.ts";

const ALICE: EngineAddress = { kind: "socket", path: "/alice", key: "a" };
const BOB: EngineAddress = { kind: "socket", path: "/bob", key: "b" };

/** An engine that answers when it is let, with a body of so many bytes. */
function engineOf(sizeBytes: number) {
  const { promise: let_, resolve: letAnswer } = Promise.withResolvers<void>();
  const asked: string[] = [];
  const reads = sharedReads({
    proxy: async (at, { path }) => {
      asked.push(`${at.kind === "socket" ? at.path : ""}${path}`);
      await let_;
      return { status: 200, headers: {}, body: new Blob([Buffer.alloc(sizeBytes, 7)]).stream() };
    },
  });
  return { reads, asked, letAnswer };
}

const bytesOf = async ({ body }: SharedAnswer) => new Uint8Array(await new Response(body).arrayBuffer());

test("asks an engine once for what many ask at the same time", async () => {
  const { reads, asked, letAnswer } = engineOf(1_000);
  const answers = Array.from({ length: 20 }, () => reads(ALICE, "/logs", {}));
  letAnswer();
  for (const answer of await Promise.all(answers)) expect(await bytesOf(answer)).toHaveLength(1_000);
  expect(asked).toEqual(["/alice/logs"]);
  await reads(ALICE, "/logs", {});
  expect(asked).toHaveLength(2);
});

test("shares nothing between users, paths or encodings", async () => {
  const { reads, asked, letAnswer } = engineOf(10);
  letAnswer();
  await Promise.all([
    reads(ALICE, "/logs", {}),
    reads(BOB, "/logs", {}),
    reads(ALICE, "/metadata", {}),
    reads(ALICE, "/logs", { "accept-encoding": "gzip" }),
  ]);
  expect(asked).toHaveLength(4);
});

test("gives everybody the whole of an answer that is too large to be shared", async () => {
  const size = 9 * 1024 * 1024;
  const { reads, letAnswer } = engineOf(size);
  const answers = [reads(ALICE, "/metadata", {}), reads(ALICE, "/metadata", {})];
  letAnswer();
  for (const answer of await Promise.all(answers)) {
    const bytes = await bytesOf(answer);
    expect(bytes).toHaveLength(size);
    expect(bytes.every((byte) => byte === 7)).toBe(true);
  }
});
