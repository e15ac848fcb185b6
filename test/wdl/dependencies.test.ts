import { expect, test } from "vitest";
import { needs, references, templateReferences } from "#src/wdl/dependencies.ts";
import { programOf } from "./check/checked.ts";

test("finds the names of an expression wherever they stand in it", async () => {
  const { main } = await programOf(`version 1.1
struct S { Int n }
workflow w {
  Int x = if a then [b[c], -d + e][0] else length([call.out, (f, g).left])
  String y = "~{h} ~{sep=',' i} ~{"~{j}"}"
  Map[String, Int] m = {"~{k}": l}
  Object o = object { member: n }
  S s = S { n: p.deep.deeper }
  output {}
}`);
  const names = (main.document.workflow?.body ?? []).flatMap((node) =>
    node.kind === "declaration" && node.value ? [[...references(node.value)].join(" ")] : [],
  );
  expect(names).toEqual(["a b c d e call f g", "h i j", "k l", "n", "p"]);
});

test("keeps a look-up of a member apart from one of a name alone", async () => {
  const { main } = await programOf("version 1.0\nworkflow w { Int x = say.line + say output {} }");
  const [node] = main.document.workflow?.body ?? [];
  const found = node?.kind === "declaration" && node.value ? needs(node.value) : [];
  expect(found.map(({ name, member }) => [name, member])).toEqual([
    ["say", "line"],
    ["say", undefined],
  ]);
});

test("finds the names of a command", async () => {
  const { main } = await programOf("version 1.0\ntask t { command <<< ~{a + b} ~{default='x' c} >>> }");
  const [task] = main.document.tasks;
  expect([
    ...templateReferences(task?.command ?? { parts: [], span: { line: 1, column: 1, offset: 0, end: 0 } }),
  ]).toEqual(["a", "b", "c"]);
});
