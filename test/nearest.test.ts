import { expect, test } from "vitest";
import { editDistance, nearestWord } from "#src/nearest.ts";

test.each([
  ["", "", 0],
  ["", "abc", 3],
  ["name", "name", 0],
  ["nmae", "name", 1],
  ["kitten", "sitting", 3],
  ["scater", "scatter", 1],
  ["ab", "ba", 1],
])("%j becomes %j with %i changes", (from, to, distance) => {
  expect(editDistance(from, to)).toBe(distance);
  expect(editDistance(to, from)).toBe(distance);
});

test("counting stops where it is enough, and not before", () => {
  const words = ["", "a", "ba", "nmae", "name", "names", "manes", "scatter", "scater", "sactter", "conditional"];
  for (const from of words) {
    for (const to of words) {
      const distance = editDistance(from, to);
      for (let enough = 1; enough < 8; enough++) {
        const found = editDistance(from, to, enough);
        if (distance < enough) expect(found, `${from} ${to}`).toBe(distance);
        else expect(found, `${from} ${to}`).toBeGreaterThanOrEqual(enough);
      }
    }
  }
});

test.each([
  ["nmae", ["other", "name", "names"], "name"],
  ["NAME", ["name"], "name"],
  ["x", ["y", "z"], undefined],
  ["align", ["sort", "merge"], undefined],
  ["name", ["name"], undefined],
  ["", ["a"], undefined],
])("for %j among %j it is %j", (word, known, nearest) => {
  expect(nearestWord(word, known)).toBe(nearest);
});

test("the limit says how many changes are too many", () => {
  expect(nearestWord("abcdef", ["abcxyz"], 4)).toBe("abcxyz");
  expect(nearestWord("abcdef", ["abcxyz"], 3)).toBeUndefined();
});

test("very long words are not compared, and of endless ones only some are looked at", () => {
  expect(nearestWord("a".repeat(41), ["a".repeat(40)])).toBeUndefined();
  let given = 0;
  const endless = function* (): Generator<string> {
    for (;;) yield `word${given++}`;
  };
  expect(nearestWord("sentence", endless())).toBeUndefined();
  expect(given).toBeLessThanOrEqual(501);
});
