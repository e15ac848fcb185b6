import { describe, expect, test } from "vitest";
import { fileValue, NONE, stringValue } from "#src/wdl/values.ts";
import { environment, memoryIo, result } from "./evaluating.ts";

const FILES = {
  "a.txt": "x".repeat(2048),
  "b.txt": "x".repeat(512),
  "lines.txt": "one\r\n two \n\nfour\n\n",
  "empty.txt": "",
  "int.txt": " 12\n",
  "negative.txt": "-7",
  "float.txt": "\t1.5e3 \n",
  "true.txt": " TRUE\n",
  "word.txt": "twelve\n",
  "long-int.txt": "00000000000000000001",
  "big-int.txt": "9007199254740993",
  "long-bool.txt": "   true ",
  "table.tsv": "a\t1\n\nb\t2\r\n",
  "ragged.tsv": "a\t\t1\nb\n",
  "wide.tsv": "a\t1\t2\n",
  "twice.tsv": "a\t1\na\t2\n",
  "objects.tsv": "k\tn\na\t1\nb\t2\n",
  "object.tsv": "k\tn\na\t1\n",
  "odd-objects.tsv": "k\tn\na\n",
  "twice-objects.tsv": "k\tk\na\tb\n",
  "value.json": '{"list": [1, 2.5, null, "x"], "flag": true, "n": 3.0, "__proto__": 1}',
  "broken.json": '{"a": ',
};

const names = {
  a: fileValue("a.txt"),
  b: fileValue("b.txt"),
  nothing: NONE,
  text: stringValue("text"),
};

function env() {
  return environment(names, { io: memoryIo(new Map(Object.entries(FILES))) });
}

const VALUES: Readonly<Record<string, unknown>> = {
  // numbers
  "floor(2.9)": 2,
  "floor(-2.1)": -3,
  "floor(-0.5)": -1,
  "floor(3)": 3,
  "ceil(2.1)": 3,
  "ceil(-0.5)": 0,
  "round(2.5)": 3,
  "round(-2.5)": -2,
  "round(2.49)": 2,
  'floor("2.5")': 2,
  "min(1, 2)": 1,
  "max(1, 2)": 2,
  '"~{min(1, 2.0)}"': "1.0",
  "max(1.5, 2)": 2,
  // strings
  'sub("banana", "an", "AN")': "bANANa",
  'sub("abc", "x", "y")': "abc",
  'sub("", "^", "y")': "y",
  'sub("baac", "a*", "-")': "-b--c-",
  'sub("a.b", "\\\\.", "/")': "a/b",
  'sub("2031-05", "([0-9]+)-([0-9]+)", "$2/$1")': "05/2031",
  'sub("abc", "(b)", "$1$1")': "abbc",
  'sub("abc", "(b)", "$12")': "ab2c",
  'sub("abc", "(?<x>b)", "\\${x}")': "abc",
  'sub("abc", "b", "\\\\$")': "a$c",
  'sub("a b", " ", "\\\\\\\\")': "a\\b",
  'sub("abc", "b", "")': "ac",
  'sub("(a)|b", "(x)|b", "[$1]")': "(a)|[]",
  'sub("Fish fish", "(?i)fish", "crab")': "crab crab",
  'sub("Ab-12 Cd", "[[:upper:]]", "x")': "xb-12 xd",
  'sub("Ab-12 Cd", "[[:^upper:] ]+", "x")': "AxCx",
  'sub("Ab-12 Cd", "\\\\p{Upper}", "x")': "xb-12 xd",
  'sub("Ab-12 Cd", "\\\\P{Alpha}+", "")': "AbCd",
  'sub("aé", "\\\\p{L}", "x")': "xx",
  'sub("a.b axb", "\\\\Qa.b\\\\E", "-")': "- axb",
  'sub("aaa", "a++", "x")': "x",
  'sub("a\tb", "\\\\h", "_")': "a_b",
  'sub("ab ac", "a(?=b)", "x")': "xb ac",
  'sub("cb ab", "(?<=a)b", "x")': "cb ax",
  'sub("AB", "(?i)a(?=b)", "x")': "xB",
  'sub("abab", "(ab)\\\\1", "<$1>")': "<ab>",
  'sub("abcde", "[a-e&&[^bd]]", "x")': "xbxdx",
  'sub("A1b", "(?=.)[\\\\p{Upper}\\\\d]", "x")': "xxb",
  'sub("A1b", "(?=.)\\\\P{Upper}", "x")': "Axx",
  'sub("ab\\n", "b\\\\Z", "x")': "ax\n",
  "sub(12, 1, 3)": "32",
  'basename("/x/y.tar.gz")': "y.tar.gz",
  'basename("/x/y.tar.gz", ".gz")': "y.tar",
  'basename("y.bam", ".sam")': "y.bam",
  'basename("x/y/")': "y",
  'basename("plain")': "plain",
  'basename("a", "a")': "",
  "basename(a, nothing)": "a.txt",
  'prefix("-i ", ["x", "y"])': ["-i x", "-i y"],
  'prefix("v", [1, 2.0])': ["v1.0", "v2.0"],
  'prefix("v", [])': [],
  'suffix(".x", [1, true])': ["1.x", "true.x"],
  'quote(["a", "b c"])': ['"a"', '"b c"'],
  "quote([1])": ['"1"'],
  'squote(["a", "b c"])': ["'a'", "'b c'"],
  'sep("-", ["a", "b"])': "a-b",
  'sep("", [1, 2])': "12",
  'sep("-", [])': "",
  // arrays
  "range(3)": [0, 1, 2],
  "range(0)": [],
  "transpose([[1, 2, 3], [4, 5, 6]])": [
    [1, 4],
    [2, 5],
    [3, 6],
  ],
  "transpose([])": [],
  "transpose([[], []])": [],
  'zip([1, 2], ["a", "b"])': [
    { left: 1, right: "a" },
    { left: 2, right: "b" },
  ],
  "zip([], [])": [],
  'unzip([(1, "a"), (2, "b")])': { left: [1, 2], right: ["a", "b"] },
  "unzip([])": { left: [], right: [] },
  'cross([1, 2], ["a", "b"])': [
    { left: 1, right: "a" },
    { left: 1, right: "b" },
    { left: 2, right: "a" },
    { left: 2, right: "b" },
  ],
  "cross([], [1])": [],
  "length([[1], [2, 3]])": 2,
  "length([])": 0,
  "flatten([[1], [], [2, 3]])": [1, 2, 3],
  "flatten([])": [],
  // optionals
  "defined(nothing)": false,
  "defined(a)": true,
  "select_first([nothing, 3, 4])": 3,
  "select_all([nothing, 3, None, 4])": [3, 4],
  "select_all([])": [],
  // maps
  'keys({"b": 1, "a": 2})': ["b", "a"],
  'as_pairs({"b": 1})': [{ left: "b", right: 1 }],
  'as_map([("a", 1), ("b", 2)])': { a: 1, b: 2 },
  "as_map([])": {},
  'collect_by_key([("a", 1), ("b", 2), ("a", 3)])': { a: [1, 3], b: [2] },
  // files
  "size(a)": 2048,
  'size(a, "B")': 2048,
  'size(a, "K")': 2,
  'size(a, "KB")': 2,
  'size(a, "Ki")': 2,
  'size(a, "KiB")': 2,
  'size(a, "MB")': 2048 / 1024 ** 2,
  'size(a, "GiB")': 2048 / 1024 ** 3,
  'size(a, "T")': 2048 / 1024 ** 4,
  "size([a, b])": 2560,
  "size([[a], [b, None]])": 2560,
  "size(nothing)": 0,
  "size([])": 0,
  'size("b.txt")': 512,
  'size({"x": a})': 2048,
  'size(("x", b))': 512,
  'read_string("lines.txt")': "one\r\n two \n\nfour",
  'read_string("empty.txt")': "",
  'read_lines("lines.txt")': ["one", " two ", "", "four"],
  'read_lines("empty.txt")': [],
  'read_int("int.txt")': 12,
  'read_int("negative.txt")': -7,
  'read_float("float.txt")': 1500,
  'read_float("int.txt")': 12,
  'read_boolean("true.txt")': true,
  'read_tsv("table.tsv")': [
    ["a", "1"],
    ["b", "2"],
  ],
  'read_tsv("ragged.tsv")': [["a", "", "1"], ["b"]],
  'read_tsv("empty.txt")': [],
  'read_map("table.tsv")': { a: "1", b: "2" },
  'read_map("empty.txt")': {},
  'read_object("object.tsv")': { k: "a", n: "1" },
  'read_objects("objects.tsv")': [
    { k: "a", n: "1" },
    { k: "b", n: "2" },
  ],
  'read_objects("empty.txt")': [],
  'read_json("value.json").list': [1, 2.5, null, "x"],
  'read_json("value.json").flag && true': true,
  'read_json("value.json").n + 1': 4,
  'read_json("value.json").__proto__': 1,
  'glob("*.json")': ["broken.json", "value.json"],
  "stdout()": "stdout",
  "stderr()": "stderr",
  // what is written, read back
  'read_string(write_lines(["a", "b"]))': "a\nb",
  "basename(write_lines([]))": "write_lines_d41d8cd98f00b204e9800998ecf8427e.tmp",
  'size(write_lines(["a", "b c"]))': 6,
  'read_lines(write_lines(["a", ""," b "]))': ["a", "", " b "],
  'read_tsv(write_tsv([["a", "b"], [1, 2.0]]))': [
    ["a", "b"],
    ["1.0", "2.0"],
  ],
  'read_map(write_map({"k": "v", "q": "w x"}))': { k: "v", q: "w x" },
  "read_objects(write_objects([object {a: 1, b: true}, object {b: false, a: 2}]))": [
    { a: "1", b: "true" },
    { a: "2", b: "false" },
  ],
  'read_object(write_object(object {a: 1, b: "x"}))': { a: "1", b: "x" },
  'read_string(write_json({"a": [1, 2.0, None], "b": [3.5]}))': '{"a":[1.0,2.0,null],"b":[3.5]}',
  'read_string(write_json(("x\\n", true)))': '{"left":"x\\n","right":true}',
  "read_json(write_json([a, nothing]))": ["a.txt", null],
};

describe("a function of the standard library gives its value", () => {
  for (const [text, value] of Object.entries(VALUES)) {
    test(text, async () => {
      expect(await result(text, env())).toEqual(value);
    });
  }
});

const ERRORS: Readonly<Record<string, RegExp>> = {
  "range(-1)": /^range: -1 is no length .*\(line 1, column 1\)$/,
  "range(100000000)": /no length/,
  "transpose([[1], [2, 3]])": /row 0 has 1 items and row 1 has 2/,
  "zip([1], [1, 2])": /^zip: .*1 and 2 items/,
  "flatten([1])": /expected Array\[Any\], found the Int 1/,
  "length(nothing)": /expected Array\[Any\], but there is no value/,
  "length(3)": /^length: expected Array\[Any\], found the Int 3/,
  "select_first([])": /^select_first: the Array is empty/,
  "select_first([nothing, None])": /none of the 2 values is defined/,
  'as_map([("a", 1), ("a", 2)])': /^as_map: met the key a more than once/,
  "as_map([1])": /expected Pair\[Any, Any\], found the Int 1/,
  'size(a, "furlong")': /furlong is no unit; use one of B, K, KB/,
  "size(3)": /expected a File/,
  'size("absent.txt")': /^size: absent.txt does not exist/,
  'read_int("word.txt")': /word.txt holds "twelve", which is no Int/,
  'read_int("float.txt")': /no Int/,
  'read_int("empty.txt")': /holds "", which is no Int/,
  'read_int("long-int.txt")': /larger than 19 bytes/,
  'read_int("big-int.txt")': /out of range for an Int/,
  'read_float("word.txt")': /no Float/,
  'read_boolean("word.txt")': /no Boolean/,
  'read_boolean("long-bool.txt")': /larger than 7 bytes/,
  'read_map("twice.tsv")': /met the key a more than once/,
  'read_map("wide.tsv")': /row 1 has 3 columns/,
  'read_map("word.txt")': /row 1 has 1 columns/,
  'read_object("objects.tsv")': /has 2 of values/,
  'read_object("empty.txt")': /has 0 of values/,
  'read_objects("odd-objects.tsv")': /row 2 has 1 columns, but the first row names 2/,
  'read_objects("twice-objects.tsv")': /the name k more than once/,
  'read_json("broken.json")': /^read_json: the file is no JSON/,
  "write_lines([[1]])": /write_lines: the Array \[1\] cannot be written into a line/,
  "write_objects([object {a: 1}, object {b: 1}])": /item 1 has others than item 0/,
  'sub("a", "[", "")': /the pattern "\[" is not understood/,
  'sub("a", "(?>a)", "")': /is not understood/,
  'sub("a", "a", "$1")': /uses \$1, but the pattern has 0 groups/,
  'sub("a", "a", "$")': /names no group/,
  'sub("a", "a", "\\\\")': /lone backslash/,
  'sub("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab", "(?=(a+)+$)a", "x")': /took more than 2 s/,
  "sub(nothing, 1, 2)": /expected String, but there is no value/,
  "zip([1])": /an argument is missing/,
  "nope(1)": /there is no function nope/,
};

describe("a function of the standard library refuses what it cannot do, and says where", () => {
  for (const [text, message] of Object.entries(ERRORS)) {
    test(text, async () => {
      await expect(result(text, env())).rejects.toThrow(message);
    });
  }
});

test("a pattern that would backtrack without end in JavaScript takes linear time", async () => {
  const started = performance.now();
  expect(await result(`sub("${"a".repeat(5000)}", "(a*)*(a|aa)*b", "x")`)).toBe("a".repeat(5000));
  expect(performance.now() - started).toBeLessThan(5000);
});
