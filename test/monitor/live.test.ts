import { afterEach, beforeEach, expect, test, vi } from "vitest";

import type { EngineAddress } from "#src/fleet/fleet.ts";
import type { JsonObject } from "#src/model/run.ts";
import { liveMetadata } from "#src/monitor/live.ts";

const at: EngineAddress = { kind: "socket", path: "/none", key: null };

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test("asks the engine once per run and two seconds, however many look", async () => {
  const metadata = vi.fn(async (_at: EngineAddress, id: string): Promise<JsonObject> => ({ id }));
  const live = liveMetadata({ metadata });
  const looks = await Promise.all(Array.from({ length: 100 }, (_, n) => live(at, n % 2 === 0 ? "a" : "b")));
  expect(looks.slice(0, 2)).toEqual([{ id: "a" }, { id: "b" }]);
  await vi.advanceTimersByTimeAsync(1_999);
  await live(at, "a");
  expect(metadata).toHaveBeenCalledTimes(2);
  await vi.advanceTimersByTimeAsync(2);
  await live(at, "a");
  expect(metadata).toHaveBeenCalledTimes(3);
});

test("asks again at once after the engine failed to answer", async () => {
  const metadata = vi.fn(async (): Promise<JsonObject> => {
    throw new Error("gone");
  });
  const live = liveMetadata({ metadata });
  await expect(live(at, "a")).rejects.toThrow("gone");
  await expect(live(at, "a")).rejects.toThrow("gone");
  expect(metadata).toHaveBeenCalledTimes(2);
});

test("keeps nobody waiting for an engine that hangs, and asks it no second time meanwhile", async () => {
  const answer = Promise.withResolvers<JsonObject>();
  const metadata = vi.fn(() => answer.promise);
  const live = liveMetadata({ metadata });
  const first = expect(live(at, "a")).rejects.toMatchObject({ code: "engine_unavailable" });
  await vi.advanceTimersByTimeAsync(5_000);
  await first;
  const second = live(at, "a");
  answer.resolve({ id: "a" });
  expect(await second).toEqual({ id: "a" });
  expect(metadata).toHaveBeenCalledTimes(1);
});
