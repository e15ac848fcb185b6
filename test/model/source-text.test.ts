import * as fc from "fast-check";
import { expect, test } from "vitest";
import { jsonFault } from "#src/model/json-fault.ts";
import { assertDepth, decodeText, parseObject } from "#src/model/source-text.ts";
import { refusedWith } from "../sources/findings.ts";

test("reads any JSON object as JSON.parse does", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 5 })), (value) => {
      const text = JSON.stringify(value);
      fc.pre(!/\d{16}/.test(text));
      expect(parseObject(text, "in.json")).toEqual(JSON.parse(text));
    }),
  );
});

test("finds the fault of any damaged JSON at or after the damage", () => {
  fc.assert(
    fc.property(
      fc.jsonValue({ maxDepth: 4 }),
      fc.nat(),
      fc.string({ minLength: 1, maxLength: 1 }),
      (value, place, char) => {
        const text = JSON.stringify(value);
        const at = place % (text.length + 1);
        const damaged = text.slice(0, at) + char + text.slice(at + 1);
        const isJson = (() => {
          try {
            JSON.parse(damaged);
            return true;
          } catch {
            return false;
          }
        })();
        // What stands before the fault may be the start of some JSON; whole JSON has no fault before its end.
        if (isJson) expect(jsonFault(damaged)).toBe(damaged.length);
        else expect(jsonFault(damaged)).toBeLessThanOrEqual(damaged.length);
      },
    ),
  );
});

test("reads YAML where the name says so, and a byte order mark anywhere", () => {
  expect(parseObject("w.a: 1\nw.b: [x, null]\n", "in.yaml")).toEqual({ "w.a": 1, "w.b": ["x", null] });
  expect(parseObject("", "in.yml")).toEqual({});
  expect(parseObject("\uFEFF{}", "in.json")).toEqual({});
});

test.each([
  ['{"a": 1,}', /^in\.json is not JSON: unexpected "\}" \(line 1, column 9\)\. \| Check it with a JSON editor\.$/],
  ['{\n"a": tru\n}', /unexpected "t" \(line 2, column 6\)/],
  ["", /^in\.json is not JSON: it ends too early \(line 1, column 1\)/],
  ['{"a": "secret" "b"}', /^in\.json is not JSON: unexpected "\\"" \(line 1, column 16\)/],
  ['{"a": 01}', /unexpected "0" \(line 1, column 7\)/],
  ['{"a": 1} x', /unexpected "x" \(line 1, column 10\)/],
  ["[1]", /^in\.json is not a JSON object\./],
  ["null", /^in\.json is not a JSON object\./],
  ['{"a": 9007199254740993}', /^in\.json gives "a" a whole number beyond 2\^53\. \| Put it in quotes\.$/],
  [`{"a": ${"[".repeat(100_000)}`, /^in\.json is nested deeper than 64 levels\./],
  [`{"a": "${"x".repeat(9_000_000)}"}`, /^in\.json is too large to be read as JSON\./],
])("refuses %.30j", async (text, message) => {
  expect(await refusedWith(() => parseObject(text, "in.json"))).toMatch(message);
});

test("takes brackets in strings, large floats and quoted numbers as they are", () => {
  const text = JSON.stringify({ a: `${"[".repeat(100)}\\"{`, b: 1e300, c: "9007199254740993" });
  expect(parseObject(text, "in.json")).toEqual(JSON.parse(text));
});

test("refuses YAML that is broken, endless or deep", async () => {
  const bomb = [
    "a0: &a0 [x,x]",
    ...Array.from({ length: 9 }, (_, n) => `a${n + 1}: &a${n + 1} [*a${n},*a${n},*a${n}]`),
  ];
  expect(await refusedWith(() => parseObject(bomb.join("\n"), "in.yaml"))).toContain("in.yaml is not YAML");
  expect(await refusedWith(() => parseObject("a: [", "in.yaml"))).toContain("in.yaml is not YAML");
  expect(await refusedWith(() => parseObject(`a: ${"[".repeat(5_000)}`, "in.yaml"))).toContain("in.yaml");
  expect(await refusedWith(() => parseObject(`a: ${"x".repeat(600_000)}`, "in.yaml"))).toContain(
    "too large to be read as YAML",
  );
});

test("says that bytes are no text", async () => {
  expect(decodeText(Buffer.from("é"), "w.wdl")).toBe("é");
  expect(await refusedWith(() => decodeText(Uint8Array.of(0xff), "w.wdl"))).toBe(
    "w.wdl is not UTF-8 text. | Save it as UTF-8.",
  );
});

test("bounds the depth of a value that came another way", async () => {
  const nested = (levels: number) => JSON.parse("[".repeat(levels) + "]".repeat(levels)) as [];
  assertDepth(nested(60), "It");
  expect(await refusedWith(() => assertDepth(nested(70), "It"))).toContain("It is nested deeper than 64 levels.");
});
