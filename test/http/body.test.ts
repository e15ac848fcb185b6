import fc from "fast-check";
import { describe, expect, test } from "vitest";

import type { AweError } from "#src/errors.ts";
import { hashFields, readFields } from "#src/http/body.ts";
import { jsonObject, jsonValue } from "#src/http/json.ts";
import { readParts } from "#src/http/multipart.ts";
import { parseRange } from "#src/http/range.ts";

function failure(read: () => unknown): AweError {
  try {
    read();
  } catch (thrown) {
    return thrown as AweError;
  }
  throw new Error("nothing was refused");
}

describe("JSON", () => {
  test("reads whatever JSON.stringify writes", () => {
    fc.assert(
      fc.property(fc.jsonValue({ depthSize: "small" }), (value) => {
        const text = JSON.stringify(value);
        // Whole numbers beyond 2^53 are refused.
        fc.pre(!/\d{16}/.test(text));
        expect(jsonValue(text, "It")).toEqual(JSON.parse(text));
      }),
    );
  });

  test("refuses what is no JSON with a place and without the text", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        fc.pre(!isJson(text));
        const { code, message } = failure(() => jsonValue(text, "The body"));
        expect(code).toBe("invalid_request");
        expect(message).toMatch(/^The body is not valid JSON: .* at line \d+, column \d+\.$/);
      }),
    );
    expect(failure(() => jsonObject('{"password": secret-word}', "It")).message).not.toContain("secret-word");
  });

  test.for(["[", '{"a":', '["\\"', '"\\""'])(
    "needs no more time for a long run of %s than for a short one",
    (piece) => {
      const started = performance.now();
      failure(() => jsonObject(`"${piece.repeat(500_000)}`, "It"));
      expect(performance.now() - started).toBeLessThan(5_000);
    },
  );

  test("counts only brackets outside of strings as depth", () => {
    expect(jsonObject(JSON.stringify({ text: "[".repeat(1_000), quoted: '\\"[[[' }), "It")).toHaveProperty("text");
    expect(failure(() => jsonObject(`{"a":${"[".repeat(300)}${"]".repeat(300)}}`, "It")).message).toMatch(/256 deep/);
  });
});

describe("forms", () => {
  const boundary = "----a-boundary";
  const formOf = (parts: readonly (readonly [string, Uint8Array, string])[]) =>
    Buffer.concat([
      ...parts.flatMap(([name, content, more]) => [
        Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; name="${name}"${more}\r\n\r\n`),
        content,
        Buffer.from("\r\n"),
      ]),
      Buffer.from(`--${boundary}--\r\n`),
    ]);

  test("gives every byte of every part back, with a file name and without", () => {
    const part = fc.tuple(
      fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,12}$/),
      fc.uint8Array({ maxLength: 300 }),
      fc.constantFrom("", '; filename="x.zip"', '; filename="x"\r\nContent-Type: application/zip'),
    );
    fc.assert(
      fc.property(fc.uniqueArray(part, { selector: ([name]) => name }), (parts) => {
        const read = readParts(`multipart/form-data; boundary=${boundary}`, formOf(parts));
        expect([...read].map(([name, bytes]) => [name, Buffer.from(bytes)])).toEqual(
          parts.map(([name, bytes]) => [name, Buffer.from(bytes)]),
        );
      }),
    );
  });

  test("never fails otherwise than by refusing", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (type, text) => {
        try {
          readParts(`multipart/form-data; ${type}`, Buffer.from(text));
        } catch (thrown) {
          expect((thrown as AweError).code).toBe("invalid_request");
        }
      }),
    );
  });

  test("lets the last of several parts with one name count", () => {
    const bytes = formOf([
      ["a", Buffer.from("1"), ""],
      ["a", Buffer.from("2"), ""],
    ]);
    expect(readFields(`multipart/form-data; boundary="${boundary}"`, bytes, new Set())).toEqual(new Map([["a", "2"]]));
  });

  test("hash the same for the same fields in any order, and otherwise for others", () => {
    const fields = (entries: readonly (readonly [string, unknown])[]) => hashFields(new Map(entries));
    expect(
      fields([
        ["a", "1"],
        ["b", 2],
      ]),
    ).toBe(
      fields([
        ["b", 2],
        ["a", "1"],
      ]),
    );
    expect(fields([["a", "1"]])).not.toBe(fields([["a", "2"]]));
    expect(fields([["a", '1\n"b":2']])).not.toBe(
      fields([
        ["a", "1"],
        ["b", 2],
      ]),
    );
  });
});

test("a range lies within the file, or is refused", () => {
  fc.assert(
    fc.property(fc.nat(20), fc.option(fc.nat(30)), fc.option(fc.nat(30)), (size, first, last) => {
      const { of } = parseRange(`bytes=${first ?? ""}-${last ?? ""}`);
      const range = of(size);
      if (!range) return;
      expect(range.start).toBeGreaterThanOrEqual(0);
      expect(range.start).toBeLessThanOrEqual(range.end);
      expect(range.end).toBeLessThanOrEqual(size);
    }),
  );
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
