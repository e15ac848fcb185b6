import { expect, test } from "vitest";
import { describeProgram } from "#src/wdl/describe.ts";
import { checkInputs } from "#src/wdl/inputs/check-inputs.ts";
import { programOf } from "./check/checked.ts";

const HELLO = `version 1.0
task hello {
  input { String addressee Int times = 1 Int most = times * 2 }
  command <<< echo ~{addressee} >>>
  runtime { docker: "debian:12" }
  output { String salutation = read_string(stdout()) }
}
workflow wf_hello {
  call hello
  meta { author: "me" }
}`;

test("describes a workflow with Cromwell's keys and names", async () => {
  expect(describeProgram(await programOf(HELLO))).toEqual({
    valid: true,
    errors: [],
    validWorkflow: true,
    name: "wf_hello",
    inputs: [
      {
        name: "hello.addressee",
        valueType: { typeName: "String" },
        typeDisplayName: "String",
        optional: false,
        default: null,
      },
      {
        name: "hello.most",
        valueType: { typeName: "Optional", optionalType: { typeName: "Int" } },
        typeDisplayName: "Int?",
        optional: true,
        default: null,
      },
      { name: "hello.times", valueType: { typeName: "Int" }, typeDisplayName: "Int", optional: true, default: "1" },
    ],
    outputs: [],
    images: ['"debian:12"'],
    submittedDescriptorType: { descriptorType: "WDL", descriptorTypeVersion: "1.0" },
    importedDescriptorTypes: [],
    meta: { author: "me" },
    parameterMeta: {},
    isRunnableWorkflow: true,
  });
});

test("spells out compound types", async () => {
  const program = await programOf(`version 1.0
struct S { Int n Array[File]+ files }
workflow w {
  output { Map[String, Pair[Int, S?]] o = read_json("x") }
}`);
  expect(describeProgram(program).outputs).toEqual([
    {
      name: "o",
      typeDisplayName: "Map[String, Pair[Int, S?]]",
      valueType: {
        typeName: "Map",
        mapType: {
          keyType: { typeName: "String" },
          valueType: {
            typeName: "Pair",
            pairType: {
              leftType: { typeName: "Int" },
              rightType: {
                typeName: "Optional",
                optionalType: {
                  typeName: "Object",
                  objectFieldTypes: [
                    { fieldName: "n", fieldType: { typeName: "Int" } },
                    {
                      fieldName: "files",
                      fieldType: { typeName: "Array", arrayType: { typeName: "File" }, nonEmpty: true },
                    },
                  ],
                },
              },
            },
          },
        },
      },
    },
  ]);
});

test("keeps a valid workflow apart from inputs that are not", async () => {
  const program = await programOf(HELLO);
  const described = describeProgram(program, checkInputs(program, {}));
  expect(described).toMatchObject({ valid: false, validWorkflow: true, name: "wf_hello" });
  expect(described.errors).toEqual([expect.stringContaining("wf_hello.hello.addressee")]);
});

test("says nothing of a document with errors but the errors", async () => {
  const described = describeProgram(await programOf("version 1.1\nworkflow w { output { Int o = nothing } }"));
  expect(described).toMatchObject({
    valid: false,
    validWorkflow: false,
    name: "",
    inputs: [],
    isRunnableWorkflow: false,
  });
  expect(described.errors).toEqual([expect.stringMatching(/^main\.wdl:2:\d+: .*nothing/)]);
});

test("describes a document's only task, which cannot be run by itself", async () => {
  const described = describeProgram(
    await programOf("version 1.0\ntask t { input { Int n } command {} output { Int o = n } }"),
  );
  expect(described).toMatchObject({ valid: true, name: "t", isRunnableWorkflow: false });
  expect(described.inputs.map(({ name }) => name)).toEqual(["n"]);
});

test("stays small where structs hold each other twice over many levels", async () => {
  const structs = Array.from({ length: 40 }, (_, n) => `struct S${n + 1} { S${n} a S${n} b }`).join("\n");
  const program = await programOf(
    `version 1.0\nstruct S0 { Int n }\n${structs}\nworkflow w { input { S40 s } output {} }`,
  );
  expect(JSON.stringify(describeProgram(program)).length).toBeLessThan(2_000_000);
});
