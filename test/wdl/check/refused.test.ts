import { expect, test } from "vitest";
import { errors, findings } from "./checked.ts";

const TASK = `
task say {
  input { String word Int n = 1 }
  String hidden = "h"
  command { echo }
  output { String line = "l" Array[Int] numbers = [1] }
}`;

test("names what is nearest to a mistyped name, function, member, output and input", async () => {
  const found = await errors(`version 1.1
struct Bird { String name Int age }
${TASK}
workflow w {
  input { Bird bird }
  Int length_of = lenght([1])
  String b = bird.nmae
  call say { input: wrod = "x", word = brid.name }
  output { String o = say.lnie }
}`);
  expect(found).toEqual([
    "No function is named `lenght`. Did you mean length?",
    "Bird has no member `nmae`. Did you mean name?",
    "Task `say` has no input `wrod`. Did you mean word?",
    "`brid` is not declared. Did you mean bird?",
    "Call `say` has no output `lnie`. Did you mean line?",
  ]);
});

test("says what an input of a call is and what it was given", async () => {
  const found = await errors(`version 1.0
${TASK}
workflow w {
  input { Array[String] words String? maybe }
  call say { input: word = words }
  call say as second { input: word = maybe }
  call say as third { input: word = "x", hidden = "y" }
  output {}
}`);
  expect(found).toEqual([
    "Input `word` of `say` is String, but its value is Array[String].",
    "Input `word` of `second` is String, but its value is String?. Use select_first([…]), or declare it optional.",
    "`hidden` is a private declaration of task `say`, and no input of it. Move its declaration into the input section.",
  ]);
});

test("refuses declarations whose value can never fit, and says how to mend it", async () => {
  const found = await errors(`version 1.0
workflow w {
  Int n = 5
  Array[Int] numbers = n
  Int whole = 2.5
  Boolean b = 1
  File f = 3
  Pair[Int, Int] p = [1, 2]
  output { Array[Int] o = {"a": 1} }
}`);
  expect(found).toEqual([
    "`numbers` is Array[Int], but its value is Int. Put the value into an array: […].",
    "`whole` is Int, but its value is Float. Use round, floor or ceil.",
    "`b` is Boolean, but its value is Int.",
    "`f` is File, but its value is Int.",
    "`p` is Pair[Int, Int], but its value is Array[Int]+.",
    "`o` is Array[Int], but its value is Map[String, Int].",
  ]);
});

test("refuses operators between types that they do not join", async () => {
  const found = await errors(`version 1.0
workflow w {
  input { File f Boolean b Array[Int] xs }
  output {
    String s = "is " + b
    Int n = "a" * 2
    Boolean same = xs == 1
    Boolean less = xs < xs
    Boolean no = !1
    Int minus = -"x"
    Boolean both = b && 1
    String joined = f + f
  }
}`);
  expect(found).toEqual([
    '`+` does not go with String and Boolean. Make it text first: "~{…}".',
    "`*` does not go with String and Int.",
    "`==` does not go with Array[Int] and Int.",
    "`<` does not go with Array[Int] and Array[Int].",
    "`!` needs Boolean, but this is Int.",
    "`-` needs Int or Float, but this is String.",
    "`&&` does not go with Boolean and Int.",
    "`+` does not go with File and File.",
  ]);
});

test("refuses conditions, scatters, indices and members of the wrong type", async () => {
  const found = await errors(`version 1.0
struct S { Int n }
workflow w {
  input { Boolean? maybe Map[String, Int] m Array[Int] xs S? s Array[S] ss Pair[Int, Int] p }
  if (maybe) { Int a = 1 }
  scatter (x in m) { Int b = 1 }
  scatter (x in 3) { Int c = 1 }
  output {
    Int i = xs["a"]
    Int j = s.n
    Int k = ss.n
    Int l = p.first
    Int q = if 1 then 1 else 2
  }
}`);
  expect(found).toEqual([
    "A condition must be Boolean, but this is Boolean?. Use select_first([…, false]), or defined(…).",
    "A scatter needs an Array, but this is Map[String, Int]. Use as_pairs(…), or declare an Array[Pair[…]] for it.",
    "A scatter needs an Array, but this is Int. Use range(…).",
    "Array[Int] cannot be indexed with String.",
    "S? has no member `n`. Take the value out of the optional first: select_first([…]).",
    "Array[S] has no member `n`. Index the array first, or scatter over it.",
    "Pair[Int, Int] has no member `first`. A Pair has the members left and right.",
    "A condition must be Boolean, but this is Int.",
  ]);
});

test("knows which function belongs to which version, and how many arguments it takes", async () => {
  const old = await errors(`version 1.0
workflow w { output { Int a = min(1, 2) Int b = length([1], 2) String c = find("a", "b") } }`);
  expect(old).toEqual([
    "`min` is a function of WDL 1.1, and this document is 1.0. Write version 1.1 in the first line.",
    "`length` takes 1 argument, but got 2.",
    "`find` is a function of WDL 1.2, and this document is 1.0.",
  ]);
  const newer = await errors(`version 1.1
workflow w {
  input { File f }
  output { Int a = read_object(f) String b = basename("x", ".y", ".z") }
}`);
  expect(newer).toEqual([
    "`read_object` is a function of WDL 1.0, and this document is 1.1. Use read_json or write_json, and a struct instead of Object.",
    "`basename` takes 1 or 2 arguments, but got 3.",
  ]);
});

test("refuses an optional as the argument of a function that needs the value", async () => {
  const found = await errors(`version 1.0
workflow w {
  input { File? f Array[Int]? xs }
  output { String a = basename(f) Int b = length(xs) Float c = size(f) Boolean d = defined(xs) }
}`);
  expect(found).toEqual([
    "`basename` needs File, but got File?. Take the value out of the optional first: select_first([…]).",
    "`length` needs Array[X], but got Array[Int]?. Take the value out of the optional first: select_first([…]).",
  ]);
});

test("refuses a call as a value, and names an output to use", async () => {
  const found = await errors(`version 1.0
${TASK}
workflow w { call say output { String o = say } }`);
  expect(found).toEqual(["`say` is a call, not a value. Name one of its outputs, such as say.line."]);
});

test("refuses two calls of one name, also in different blocks", async () => {
  const found = await findings(`version 1.0
${TASK}
workflow w {
  input { Boolean b }
  if (b) { call say }
  if (!b) { call say }
  output {}
}`);
  expect(found).toEqual(["error duplicate-call 12"]);
});

test("refuses a workflow that calls itself, and callees that are not there", async () => {
  const found = await errors(
    `version 1.0
import "lib.wdl" as lib
workflow w {
  call w
  call lib.tsak
  call lbi.task as third
  output {}
}`,
    { "lib.wdl": "version 1.0\ntask task_a { command {} }\ntask task { command {} }\n" },
  );
  expect(found).toEqual([
    "Workflow `w` cannot call itself.",
    "lib.wdl has no task or workflow `tsak`. Did you mean task?",
    "No import is named `lbi`. Did you mean lib?",
  ]);
});

test("refuses after with a call that is not there", async () => {
  const found = await errors(`version 1.1
task t { command <<< >>> }
workflow w {
  call t as first
  call t as second after frist
  output {}
}`);
  expect(found).toEqual(["No call is named `frist`. Did you mean first?"]);
});

test("refuses struct literals that lack members, have others or other types", async () => {
  const found = await errors(`version 1.1
struct Tree { String kind Float height Int? planted }
workflow w {
  Tree a = Tree { kind: "oak" }
  Tree b = Tree { kind: "oak", height: [1], hieght: 2 }
  Tree c = Tee { kind: "oak", height: 1 }
  output { Tree o = a }
}`);
  expect(found).toEqual([
    "Struct `Tree` needs a value for its member `height`.",
    "`height` of `Tree` is Float, but its value is Array[Int]+.",
    "Struct `Tree` has no member `hieght`. Did you mean height?",
    "No struct is named `Tee`. Did you mean Tree?",
  ]);
});

test("warns of object literals that do not fit their struct", async () => {
  const found = await findings(`version 1.0
struct Tree { String kind Float height Int? planted }
workflow w {
  Tree a = object { kind: "oak", hieght: 2 }
  output { Tree o = a }
}`);
  expect(found).toEqual(["warning missing-member 4", "warning unknown-member 4"]);
});

test("refuses types that Cromwell does not have, and structs that contain themselves", async () => {
  const found = await findings(`version 1.1
struct A { B b }
struct B { A? a }
task t {
  input { Directory d Map[Int, Object] m }
  command <<< >>>
}
workflow w { call t output {} }`);
  expect(found).toEqual(["error circular-struct 2", "error unknown-type 5", "error unknown-type 5"]);
});

test("refuses an alias of a struct that the import does not have", async () => {
  const found = await errors(
    `version 1.0
import "s.wdl" as s alias Pint as P
workflow w { output { Int o = 1 } }`,
    { "s.wdl": "version 1.0\nstruct Point { Int x }\n" },
  );
  expect(found).toEqual(["s.wdl has no struct `Pint`. Did you mean Point?"]);
});

test("refuses parameter_meta of a task for what is no parameter", async () => {
  const found = await errors(`version 1.0
task t {
  input { Int depth }
  parameter_meta { detph: "how deep" }
  command {}
}
workflow w { call t output {} }`);
  expect(found).toEqual([
    "parameter_meta of task `t` names `detph`, which is neither an input nor an output. Did you mean depth?",
  ]);
});

test("warns of what only fails when it runs", async () => {
  const found = await findings(`version 1.0
task t {
  input { Array[String] words Map[String, Int] m }
  command <<<
    echo ~{words} ~{m} ~{late}
    cat ~{stdout()}
  >>>
  output { String late = "l" }
}
workflow w { call t output {} }`);
  expect(found).toEqual([
    "warning placeholder-type 5",
    "warning placeholder-type 5",
    "warning output-used-early 5",
    "warning function-outside-outputs 6",
  ]);
});

test("seeks hints for the first twenty mistakes only", async () => {
  const lines = Array.from({ length: 40 }, (_, index) => `    Int o${index} = nmae`);
  const found = await errors(`version 1.0
workflow w {
  input { Int name }
  output {
${lines.join("\n")}
  }
}`);
  expect(found).toHaveLength(40);
  expect(found.filter((message) => message.includes("Did you mean"))).toHaveLength(20);
});
