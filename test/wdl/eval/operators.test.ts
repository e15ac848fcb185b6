import { describe, expect, test } from "vitest";
import type { Type } from "#src/wdl/types.ts";
import { fileValue, floatValue, NONE, objectValue, stringValue } from "#src/wdl/values.ts";
import type { Value } from "#src/wdl/values.ts";
import { environment, memoryIo, result } from "./evaluating.ts";

const PERSON: Type & { kind: "struct" } = {
  kind: "struct",
  name: "Person",
  members: new Map<string, Type>([
    ["name", { kind: "string" }],
    ["age", { kind: "float" }],
    ["town", { kind: "optional", inner: { kind: "string" } }],
  ]),
};

const names: Readonly<Record<string, Value>> = {
  none: NONE,
  file: fileValue("/in/a.txt"),
  s: stringValue("x"),
  big: floatValue(1e10),
  both: objectValue(new Map<string, Value>([["out", stringValue("of the call")]])),
};

const env = () =>
  environment(names, { structs: new Map([["Person", PERSON]]), io: memoryIo(new Map([["n.txt", "5\n"]])) });

const VALUES: Readonly<Record<string, unknown>> = {
  "1 + 2 * 3 - 10 / 4 % 2": 7,
  "7 / 2": 3,
  "-7 / 2": -3,
  "-7 % 2": -1,
  "0 / -5": 0,
  "9007199254740991 / 2": 4503599627370495,
  "9007199254740990 / 9007199254740991": 0,
  "7 / 2.0": 3.5,
  "7.5 % 2": 1.5,
  "1 - 0.5": 0.5,
  "-(3)": -3,
  "+3": 3,
  "-2.5": -2.5,
  "!true": false,
  '"a" + "b"': "ab",
  '"n=" + 1': "n=1",
  '1 + "x"': "1x",
  '"x" + 10.0 / 4': "x2.5",
  '"x" + 3.0': "x3.0",
  '"x" + big': "x1.0E10",
  '"--in " + file': "--in /in/a.txt",
  'file + ".bai"': "/in/a.txt.bai",
  '"~{"x" + none}"': "",
  '"x" + none': null,
  'file + " .bai "': "/in/a.txt.bai",
  '"~{none + "x"}|~{"a" + ("b" + none)}"': "|",
  "1 == 1.0": true,
  "1 != 2": true,
  '"a" == "a"': true,
  'file == "/in/a.txt"': true,
  "none == None": true,
  "none == 1": false,
  "1 != none": true,
  "[1, 2] == [1, 2.0]": true,
  "[1, 2] == [2, 1]": false,
  '[["a,b"]] == [["a", "b"]]': false,
  '{"a": 1, "b": 2} == {"b": 2, "a": 1}': true,
  '{"a": 1} == {"a": 2}': false,
  '(1, "a") == (1, "a")': true,
  "object {a: 1, b: [2]} == object {b: [2], a: 1}": true,
  "1 < 2 && 2 <= 2 && 3 > 2 && 2 >= 2": true,
  '"abc" < "abd"': true,
  '"B" < "a"': true,
  "false < true": true,
  "1 < 1.5": true,
  "true || 1 / 0 > 1": true,
  "false && 1 / 0 > 1": false,
  "false || true": true,
  "true && false": false,
  "if 1 > 2 then 1 / 0 else 3": 3,
  "if true then 1 else 1 / 0": 1,
  "[1, 2.5]": [1, 2.5],
  '"~{[1, 2.5]}"': "[1.0, 2.5]",
  '[1, "a"]': ["1", "a"],
  "[1, None]": [1, null],
  "[]": [],
  "[[1], []][1]": [],
  "[1, 2, 3][1]": 2,
  '[1, 2]["1"]': 2,
  "{}": {},
  '{"a": 1, "b": 2.5}': { a: 1, b: 2.5 },
  '{"a": 1, "a": 2}': { a: 2 },
  '{"a": 1}["a"]': 1,
  '{1: "x"}[1]': "x",
  '{1: "x"}["1"]': "x",
  '{"1": "x"}[1]': "x",
  '{"a": 1}.a': 1,
  '(1, "r").left': 1,
  '(1, "r").right': "r",
  "object {a: object {b: 2}}.a.b": 2,
  'object {a: 5}["a"]': 5,
  "both.out": "of the call",
  'Person {name: "Ann", age: 3}': { name: "Ann", age: 3, town: null },
  'Person {name: "Ann", age: 3, town: "Ulm"}.town': "Ulm",
  '"~{Person {name: "Ann", age: 3}.age}"': "3.0",
  '"a~{1}b${2.0}c~{true}d~{file}"': "a1b2.0ctrued/in/a.txt",
  '"[~{none}]"': "[]",
  '"~{["a", "b"]}"': '["a", "b"]',
  '"~{sep="-" ["a", "b"]} ~{true="T" false="F" true} ~{default="d" none}"': '["a", "b"] true ',
  '"~{{"a": (1, None)}}"': '{"a": (1, null)}',
  '"~{object {a: "x"}}"': 'object {a: "x"}',
  '"~{Person {name: "x", age: 1}}"': 'typed object {name: "x", age: 1.0, town: null}',
  '""': "",
  '"~{"~{"deep"}"}"': "deep",
  // what has to wait for a file
  'read_int("n.txt") + 1': 6,
  '1 + read_int("n.txt")': 6,
  '[1, read_int("n.txt"), read_int("n.txt") * 2]': [1, 5, 10],
  '{"a": read_int("n.txt"), read_string("n.txt"): 1}': { a: 5, "5": 1 },
  '(read_int("n.txt"), 1)': { left: 5, right: 1 },
  'object {a: read_int("n.txt")}.a': 5,
  '"a~{read_int("n.txt")}b"': "a5b",
  '-read_int("n.txt")': -5,
  'if read_int("n.txt") == 5 then "yes" else "no"': "yes",
  'read_int("n.txt") > 9 && 1 / 0 == 1': false,
  'read_lines("n.txt")[0]': "5",
  '[3, 4, 5, 6, 7, 8][read_int("n.txt")]': 8,
};

describe("an expression comes to its value", () => {
  for (const [text, value] of Object.entries(VALUES)) {
    test(text, async () => {
      expect(await result(text, env())).toEqual(value);
    });
  }
});

const ERRORS: Readonly<Record<string, RegExp>> = {
  "1 / 0": /^1 \/ 0: division by zero \(line 1, column 1\)$/,
  "2 % 0": /division by zero/,
  "1.0 / 0": /division by zero/,
  "1 + [2, 1 / 0][1]": /division by zero \(line 1, column 9\)/,
  "9007199254740991 + 1": /9007199254740992 is out of range for an Int/,
  "3000000000 * 3000000000": /out of range for an Int/,
  'none + "x"': /\+ needs two values, but one is None; use select_first/,
  '"~{none * 2}"': /\* needs two values/,
  "none < 1": /< needs two values/,
  "1 - none": /- needs two values/,
  '"x" + true': /a String \+ the Boolean true is not possible; put the Boolean into the text as "~\{…\}"/,
  '"x" - "y"': /is not possible/,
  "1 + file": /is not possible/,
  "file + 1": /is not possible/,
  "[1] + [2]": /an Array of 1 item \+ an Array of 1 item is not possible/,
  '1 < "a"': /they have no common order/,
  "[1] < [2]": /they have no common order/,
  "!1": /! needs a Boolean, found the Int 1/,
  '-"a"': /- needs a number/,
  "+true": /\+ needs a number/,
  "if 1 then 2 else 3": /expected Boolean, found the Int 1/,
  "1 && true": /expected Boolean/,
  "none || true": /expected Boolean, but there is no value/,
  "[1, 2][2]": /index 2 is outside the Array, which has 2 items/,
  "[1, 2][-1]": /index -1 is outside/,
  '[1]["a"]': /expected Int, found a String/,
  '{"a": 1}["b"]': /the Map has no key b; the keys are a/,
  "{}[1]": /the Map has no key 1; the keys are none/,
  "3[0]": /the Int 3 cannot be indexed/,
  "object {a: 1}.b": /there is no member b; the members are a/,
  "none.a": /no value \(None\) has no member a/,
  "s.a": /a String has no member a/,
  "(1, 2).middle": /has no member middle/,
  'Person {name: "x"}': /struct Person needs the member age \(Float\)/,
  'Person {name: "x", age: "old"}': /member age of struct Person: expected Float, found a String/,
  "Animal {a: 1}": /there is no struct Animal/,
  unknown: /there is no unknown/,
};

describe("an expression that cannot be evaluated says what is wrong and where", () => {
  for (const [text, message] of Object.entries(ERRORS)) {
    test(text, async () => {
      await expect(result(text, env())).rejects.toThrow(message);
    });
  }
});

test("the environment is told when a call is meant, which may have the name of a declaration", async () => {
  const asked: (string | undefined)[] = [];
  const lookup = (_: string, member?: string): Value => {
    asked.push(member);
    return objectValue(new Map([["out", stringValue("x")]]));
  };
  expect(await result('"~{x.out}" + length([x])', environment({}, { lookup }))).toBe("x1");
  expect(asked).toEqual(["out", undefined]);
});

test("a value that arrives late and a failure beside it leave no promise unhandled", async () => {
  const lookup = async (): Promise<Value> => {
    throw new Error("late");
  };
  await expect(result("[x, 1 / 0]", environment({}, { lookup }))).rejects.toThrow("late");
  await expect(result("1 / 0 + x", environment({}, { lookup }))).rejects.toThrow("division by zero");
});
