import { expect, test } from "vitest";
import { describe as named, floatText, parseFloatText } from "#src/wdl/text.ts";
import { arrayValue, floatValue, mapValue, NONE, objectValue, stringValue } from "#src/wdl/values.ts";

test("a Float becomes the text that Java gives it", () => {
  const texts: readonly (readonly [number, string])[] = [
    [0, "0.0"],
    [-0, "-0.0"],
    [3, "3.0"],
    [-2.5, "-2.5"],
    [0.1, "0.1"],
    [0.001, "0.001"],
    [0.0005, "5.0E-4"],
    [1e-5, "1.0E-5"],
    [1.25e-7, "1.25E-7"],
    [1234567.5, "1234567.5"],
    [9999999, "9999999.0"],
    [1e7, "1.0E7"],
    [1e10, "1.0E10"],
    [-1.5e300, "-1.5E300"],
    [Number.MIN_VALUE, "5.0E-324"],
    [Infinity, "Infinity"],
    [NaN, "NaN"],
  ];
  expect(texts.map(([value]) => floatText(value))).toEqual(texts.map(([, text]) => text));
});

test("a Float is read in Java's notations", () => {
  const numbers = ["1", "1.", ".5", "-1e-3", "1.5f", " 2.5d\n", "+Infinity"].map(parseFloatText);
  expect(numbers).toEqual([1, 1, 0.5, -0.001, 1.5, 2.5, Infinity]);
  expect(["", "x", "1,5", "0x10", "1e"].map(parseFloatText)).toEqual(Array(5).fill(undefined));
});

test("an error names a value without telling what it holds", () => {
  expect(named(NONE)).toBe("no value (None)");
  expect(named(stringValue("secret"))).toBe("a String");
  expect(named(arrayValue([stringValue("secret"), NONE]))).toBe("an Array of 2 items");
  expect(named(mapValue([[stringValue("secret"), NONE]]))).toBe("a Map of 1 entry");
  expect(named(objectValue(new Map(), "Person"))).toBe("a Person");
  expect(named(floatValue(3))).toBe("the Float 3.0");
});
