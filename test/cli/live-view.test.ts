import { expect, test } from "vitest";

import { followRun } from "#src/cli/follow.ts";
import { liveBlock } from "#src/cli/run-block.ts";
import { spanText } from "#src/cli/run-text.ts";
import { serverAt } from "#src/cli/server.ts";
import { terminalOf, type Terminal } from "#src/cli/terminal.ts";
import { aCall, aRun, fakeServer, RUN_ID, TOKEN } from "./fake-server.ts";

function fakeTerminal(rows = 24): Terminal & { readonly written: string[] } {
  const written: string[] = [];
  const write = (text: string | Uint8Array) => void written.push(String(text));
  return {
    written,
    isTty: true,
    colour: false,
    columns: 80,
    rows,
    paint: (text) => text,
    write,
    line: (text = "") => write(`${text}\n`),
  };
}

test("draws on a terminal one block over the other, and nothing where nothing has changed", async () => {
  const waiting = aRun({ status: "Submitted", phase: "scheduled", calls: [], startedAt: null, endedAt: null });
  await using server = await fakeServer({
    [`GET /awe/v1/runs/${RUN_ID}`]: [{ body: waiting }, { body: waiting }, { body: aRun() }],
  });
  const out = fakeTerminal();
  const connection = { url: server.url, token: TOKEN, isLocal: true };
  const { exit } = await followRun({ env: {}, out, err: out }, serverAt(connection), waiting, false);
  expect(exit).toBe(0);
  const off = "\u001B[?7l";
  const on = "\u001B[J\u001B[?7h";
  const line = (text: string) => `\r\u001B[2K${text}\n`;
  expect(out.written).toEqual([
    `${off}${line(`hello  Submitted (scheduled)  ${RUN_ID}`)}${on}`,
    `${off}\u001B[1A${line(`hello  Succeeded  3.5s  ${RUN_ID}`)}${line("  greet  Done             3.0s")}${on}`,
    "outputs\n",
    "  hello.greeting  Hello\n",
  ]);
});

test("shows on a small screen what failed, then what runs, and counts the rest", () => {
  const calls = Array.from({ length: 500 }, (_, shard) =>
    aCall({ key: `count-${shard}`, status: shard === 3 ? "Failed" : shard === 7 ? "Running" : "Done" }),
  );
  const lines = liveBlock(aRun({ calls }), new Date(), fakeTerminal(10));
  expect(lines.map((line) => line.trim().split(/ +/)[0])).toEqual([
    "hello",
    "count-3",
    "count-7",
    "count-496",
    "count-497",
    "count-498",
    "count-499",
    "…",
  ]);
  expect(lines.at(-1)).toBe("  … 494 more: 498 Done, 1 Failed, 1 Running");
});

test.each([
  [0, "0.0s"],
  [9_940, "9.9s"],
  [59_000, "59s"],
  [65_000, "1m 05s"],
  [7_800_000, "2h 10m"],
])("tells %i ms as %s", (milliseconds, text) => {
  expect(spanText(milliseconds)).toBe(text);
});

test("paints nothing in a pipe, and nothing with NO_COLOR", () => {
  // The tests' own standard output is no terminal.
  expect(terminalOf("stdout", {}).paint("x", "red")).toBe(process.stdout.isTTY ? "\u001B[31mx\u001B[0m" : "x");
  expect(terminalOf("stdout", { NO_COLOR: "1" }).paint("x", "red")).toBe("x");
});
