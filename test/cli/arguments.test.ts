import { expect, test } from "vitest";

import { COMMANDS } from "#src/cli/commands.ts";
import { CliError, EXIT } from "#src/cli/exit.ts";
import { parseGiven } from "#src/cli/given.ts";
import { awe } from "./run-cli.ts";

const spec = (name: string) => {
  const found = COMMANDS.find((each) => each.name === name);
  if (!found) throw new Error(name);
  return found;
};

test("reads options before and after operands, with a blank or an equals sign", () => {
  const given = parseGiven(spec("submit"), [
    "--ref=v1=2",
    "hello",
    "--repo",
    "folder",
    "--labels",
    "a=b",
    "--labels=c=d",
  ]);
  expect(given.name).toBe("hello");
  expect([given.text("ref"), given.text("repo"), given.list("labels")]).toEqual(["v1=2", "folder", ["a=b", "c=d"]]);
  expect([given.flag("wait"), given.text("path"), given.list("hold")]).toEqual([false, undefined, []]);
});

test("takes everything after two dashes as operands, and negative numbers as values", () => {
  expect(parseGiven(spec("check"), ["--", "--odd.wdl"]).name).toBe("--odd.wdl");
  expect(parseGiven(spec("submit"), ["x", "--priority", "-5"]).wholeNumber("priority", -10, 10)).toBe(-5);
});

test.each([
  [["submit"], "awe submit needs NAME."],
  [["submit", "a", "b"], 'awe submit does not take "b".'],
  [["submit", "a", "--colour"], "awe submit has no option --colour."],
  [["submit", "a", "-x"], "awe submit has no option -x."],
  [["submit", "a", "--password=hidden"], "awe submit has no option --password."],
  [["submit", "a", "--ref"], "awe submit needs a value: --ref REF."],
  [["submit", "a", "--ref", "--wait"], "awe submit needs a value: --ref REF."],
  [["submit", "a", "--ref", ""], "awe submit needs a value: --ref REF."],
  [["submit", "a", "--ref", "x", "--ref", "y"], "awe submit takes --ref once."],
  [["submit", "a", "--wait=yes"], "awe submit takes --wait without a value."],
] as const)("refuses %j", ([name, ...args], message) => {
  let thrown: unknown;
  try {
    parseGiven(spec(name), args);
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toBeInstanceOf(CliError);
  expect(thrown).toMatchObject({ message, exit: EXIT.usage, hint: "See: awe help submit" });
});

test("bounds whole numbers", () => {
  for (const value of ["0", "501", "x", "1.5", "99999999999"]) {
    expect(() => parseGiven(spec("list"), ["--limit", value]).wholeNumber("limit", 1, 500)).toThrow("from 1 to 500");
  }
});

test("shows what there is without arguments, and exits with 2", async () => {
  const { exit, stdout, stderr } = await awe([]);
  expect([exit, stdout]).toEqual([2, ""]);
  for (const { name } of COMMANDS) expect(stderr).toContain(`  ${name}`);
});

test.each([[["help"]], [["--help"]], [["-h"]]])("shows all commands with %j", async (args) => {
  const { exit, stdout } = await awe(args);
  expect(exit).toBe(0);
  expect(stdout).toContain("usage: awe COMMAND");
});

test.each([
  [["help", "credentials", "put"], "usage: awe credentials put HOST [options]"],
  [["logs", "--help"], "usage: awe logs NAME [CALL] [options]"],
])("shows the help of one command with %j", async (args, usage) => {
  const { exit, stdout } = await awe(args);
  expect([exit, stdout.split("\n")[0]]).toEqual([0, usage]);
});

test("prints its version", async () => {
  const [flag, command] = await Promise.all([awe(["--version"]), awe(["version"])]);
  expect(flag.stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  expect(command.stdout).toBe(flag.stdout);
});

test.each([
  [["frobnicate"], "awe: awe has no command frobnicate.\nSee: awe help\n"],
  [
    ["credentials"],
    "awe: awe credentials is one of: awe credentials put, awe credentials list, awe credentials delete.\nSee: awe help\n",
  ],
  [["help", "frobnicate"], "awe: awe has no command frobnicate.\nSee: awe help\n"],
])("exits with 2 for %j", async (args, message) => {
  expect(await awe(args)).toEqual({ exit: 2, stdout: "", stderr: message });
});
