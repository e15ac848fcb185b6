import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { Closure } from "#src/model/closure.ts";
import type { Submission } from "#src/model/submission.ts";
import { packBundle } from "#src/workflows/bundle.ts";
import { hashClosure, packClosure, unpackClosure } from "#src/workflows/closure-file.ts";
import { packSubmission, unpackSubmission } from "#src/workflows/submission-file.ts";

function aClosure(more: Partial<Closure> = {}): Closure {
  const content = {
    main: "p/main.wdl",
    documents: new Map([
      ["p/main.wdl", "version 1.0\nworkflow w {}\n"],
      ["lib/ü t.wdl", "version 1.0\n# €\n"],
    ]),
    inputFiles: new Map([["data/x.bin", Uint8Array.of(0, 255, 7)]]),
    inputs: { "w.a": 1, "w.b": { x: [1, null, "t"] } },
    options: {},
    labels: { k: "v" },
    wdlName: "w",
    ...more,
  };
  return { ...content, hash: hashClosure(content) };
}

const aSubmission: Submission = {
  source: { kind: "git", repo: "https://host.org/r", ref: null, path: "p" },
  inputs: { "w.a": 1 },
  options: null,
  label: "data from bob",
  labels: { k: "v" },
  onHold: false,
  ensemble: null,
  priority: 0,
};

test("gives a closure back as it was", async () => {
  const closure = aClosure();
  const back = await unpackClosure(await packClosure(closure));
  expect({
    ...back,
    inputFiles: new Map([...back.inputFiles].map(([path, bytes]) => [path, Uint8Array.from(bytes)])),
  }).toEqual(closure);
});

test("packs equal closures into equal bytes, whatever the order of their keys", async () => {
  const closure = aClosure();
  const other = aClosure({
    documents: new Map([...closure.documents].toReversed()),
    inputs: { "w.b": { x: [1, null, "t"] }, "w.a": 1 },
  });
  expect(other.hash).toBe(closure.hash);
  expect(Buffer.compare(await packClosure(other), await packClosure(closure))).toBe(0);
});

test("gives another hash to every change", () => {
  const hashes = [
    aClosure(),
    aClosure({ main: "lib/ü t.wdl" }),
    aClosure({ documents: new Map([["p/main.wdl", "version 1.1\nworkflow w {}\n"]]) }),
    aClosure({ inputFiles: new Map([["data/x.bin", Uint8Array.of(0, 255, 8)]]) }),
    aClosure({ inputFiles: new Map() }),
    aClosure({ inputs: { "w.a": "1" } }),
    aClosure({ options: { a: 1 } }),
    aClosure({ labels: {} }),
    aClosure({ wdlName: "v" }),
  ].map(({ hash }) => hash);
  expect(new Set(hashes).size).toBe(hashes.length);
});

test("gives any inputs back as they were", async () => {
  await fc.assert(
    fc.asyncProperty(fc.dictionary(fc.string(), fc.jsonValue()), async (inputs) => {
      const plain = JSON.parse(JSON.stringify(inputs)) as Closure["inputs"];
      const back = await unpackClosure(await packClosure(aClosure({ inputs: plain })));
      expect(back.inputs).toEqual(plain);
    }),
    { numRuns: 50 },
  );
});

test("refuses what is no stored closure", async () => {
  await expect(unpackClosure(Uint8Array.of(1, 2, 3))).rejects.toMatchObject({ code: "internal" });
  await expect(unpackClosure(await packBundle(new Map()))).rejects.toMatchObject({ code: "internal" });
});

test.each<Submission["source"]>([
  null,
  aSubmission.source,
  { kind: "inline", workflowSource: "version 1.0", dependencies: null },
  { kind: "inline", workflowSource: "version 1.0", dependencies: Buffer.from("zip") },
  { kind: "archive", zip: Buffer.from("zip"), name: "n", path: null, commit: null, dirty: true },
])("gives a submission with the source %j back as it was", async (source) => {
  const submission = { ...aSubmission, source };
  expect(await unpackSubmission(await packSubmission(submission))).toEqual(submission);
});
