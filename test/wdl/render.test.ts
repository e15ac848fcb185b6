import { expect, test } from "vitest";
import { renderDiagnostics } from "#src/wdl/render.ts";

const TEXTS = new Map([["main.wdl", "version 1.0\nworkflow w {\n\tInt n = nmae\n}\n"]]);

test("shows the place, the line, a caret under the column and the hint", () => {
  const text = renderDiagnostics(
    [
      {
        severity: "error",
        rule: "unknown-name",
        message: "`nmae` is not declared.",
        file: "main.wdl",
        line: 3,
        column: 10,
        hint: "Did you mean name?",
      },
    ],
    TEXTS,
  );
  expect(text).toBe(
    [
      "main.wdl:3:10: error: `nmae` is not declared.",
      "  3 | \tInt n = nmae",
      "    | \t        ^",
      "  hint: Did you mean name?",
      "",
    ].join("\n"),
  );
});

test("shows findings without a place, and those whose text is not at hand", () => {
  const text = renderDiagnostics(
    [
      { severity: "error", rule: "missing-input", message: "w.n: a value is required." },
      { severity: "warning", rule: "no-workflow", message: "No workflow.", file: "other.wdl", line: 1, column: 1 },
    ],
    TEXTS,
  );
  expect(text).toBe("error: w.n: a value is required.\n\nother.wdl:1:1: warning: No workflow.\n");
});

test("colours only when asked to", () => {
  const found = [{ severity: "warning", rule: "r", message: "m" }] as const;
  expect(renderDiagnostics(found, TEXTS)).not.toContain("\u001B");
  expect(renderDiagnostics(found, TEXTS, { colour: true })).toContain("\u001B[1;33mwarning\u001B[0m");
});

test("keeps control characters of a document from the terminal", () => {
  const texts = new Map([["evil.wdl", "version \u001B[2J1.0"]]);
  const text = renderDiagnostics(
    [{ severity: "error", rule: "r", message: "bad \u001B]0;title\u0007", file: "evil.wdl", line: 1, column: 1 }],
    texts,
  );
  expect(text).not.toContain("\u001B");
  expect(text).not.toContain("\u0007");
});

test("cuts a very long line around the column", () => {
  const texts = new Map([["long.wdl", `${"a".repeat(5000)}X${"b".repeat(5000)}`]]);
  const text = renderDiagnostics(
    [{ severity: "error", rule: "r", message: "m", file: "long.wdl", line: 1, column: 5001 }],
    texts,
  );
  const [, source = "", caret = ""] = text.split("\n");
  expect(source.length).toBeLessThan(200);
  expect(source[caret.indexOf("^")]).toBe("X");
});
