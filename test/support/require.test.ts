import { afterEach, expect, test, vi } from "vitest";

import { lane, onPath } from "./require.ts";

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

test("a lane whose tool is there runs", () => {
  vi.stubEnv("AWE_TEST_REQUIRE", "all");
  expect(lane("git", true)).toBe(true);
});

test("a lane whose tool is missing says so and is skipped", () => {
  vi.stubEnv("AWE_TEST_REQUIRE", "");
  const said = vi.spyOn(process.stderr, "write").mockReturnValue(true);
  expect(lane("mariadb", false)).toBe(false);
  expect(said.mock.calls).toEqual([
    ["SKIPPED: the tests that need mariadb cannot run here: install Debian's mariadb-server\n"],
  ]);
});

test("a skip is a failure where everything is required", () => {
  vi.stubEnv("AWE_TEST_REQUIRE", "all");
  expect(() => lane("mariadb", false)).toThrow("AWE_TEST_REQUIRE=all allows no skip");
});

test("a command is found on the path, or not", () => {
  expect([onPath("sh"), onPath("awe-no-such-command")]).toEqual([true, false]);
});
