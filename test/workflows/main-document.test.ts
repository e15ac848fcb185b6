import { expect, test } from "vitest";
import { findMain } from "#src/workflows/main-document.ts";
import { refusedWith } from "../sources/findings.ts";
import { aSource } from "./source.ts";

const WORKFLOW = "version 1.0\nworkflow w {}\n";
const TASK = "version 1.0\ntask t {\n  command <<< >>>\n}\n";

function find(files: Readonly<Record<string, string>>, path: string | null = null) {
  return findMain(aSource(files).tree, path);
}

test("takes the file that the path names", async () => {
  const files = { "a/x.wdl": WORKFLOW, "b.wdl": WORKFLOW };
  expect((await find(files, "a/x.wdl")).main).toBe("a/x.wdl");
  expect((await find(files, "/a/./x.wdl")).main).toBe("a/x.wdl");
});

test("lists the files that could be meant when the named one is not there", async () => {
  expect(await refusedWith(() => find({ "a/x.wdl": WORKFLOW, "y.wdl": WORKFLOW }, "x.wdl"))).toBe(
    "The source has no file x.wdl. | Give one of them as path: a/x.wdl.",
  );
});

test("takes the only WDL with a workflow in the folder, before looking below it", async () => {
  const files = { "w.wdl": WORKFLOW, "tasks.wdl": TASK, "sub/other.wdl": WORKFLOW };
  expect((await find(files)).main).toBe("w.wdl");
  expect((await find(files, "sub")).main).toBe("sub/other.wdl");
  expect((await find({ "lib/tasks.wdl": TASK, "pipelines/w.wdl": WORKFLOW })).main).toBe("pipelines/w.wdl");
});

test("lists the candidates when there are several, and says when there is none", async () => {
  expect(await refusedWith(() => find({ "a.wdl": WORKFLOW, "b.wdl": WORKFLOW, "c.wdl": TASK }))).toBe(
    "The source holds 2 WDL files with a workflow. | Give one of them as path: a.wdl, b.wdl.",
  );
  expect(await refusedWith(() => find({ "README.md": "" }))).toBe(
    "The source holds no WDL file. | Give a folder or a WDL file of the source as path.",
  );
  expect(await refusedWith(() => find({ "t.wdl": TASK }))).toBe(
    "No WDL file of the source holds a workflow. | Give one of them as path: t.wdl.",
  );
  expect(await refusedWith(() => find({ "t.wdl": TASK }, "nowhere"))).toContain("The source has no folder nowhere.");
  expect(await refusedWith(() => find({}))).toContain("The source is empty.");
});

test("takes a broken document that holds a workflow, so that its errors are told", async () => {
  expect((await find({ "w.wdl": "version 1.0\nworkflow w {\n  call }\n", "t.wdl": TASK })).main).toBe("w.wdl");
});

test("refuses a path that leads out of the source", async () => {
  for (const path of ["..", "a/../../b", "a\\b", "a\nb"]) {
    expect(await refusedWith(() => find({ "w.wdl": WORKFLOW }, path))).toContain("leads out of the source");
  }
});

test("believes .dockstore.yml, with its first test parameter file", async () => {
  const files = {
    ".dockstore.yml":
      "version: 1.2\nworkflows:\n  - subclass: CWL\n    primaryDescriptorPath: /x.cwl\n" +
      "  - name: w\n    subclass: WDL\n    primaryDescriptorPath: /pipes/w.wdl\n" +
      "    testParameterFiles:\n      - /pipes/test.json\n      - /pipes/other.json\n",
    "pipes/w.wdl": WORKFLOW,
    "pipes/test.json": "{}",
    "pipes/other.json": "{}",
    "z.wdl": WORKFLOW,
  };
  expect(await find(files)).toEqual({ main: "pipes/w.wdl", inputs: ["pipes/test.json"], options: null, told: true });
  expect((await find(files, "pipes")).main).toBe("pipes/w.wdl");
});

test("lists the workflows of a .dockstore.yml with several, unless the folder decides", async () => {
  const entry = (path: string) => `  - subclass: wdl\n    primaryDescriptorPath: ${path}\n`;
  const files = {
    ".dockstore.yml": `workflows:\n${entry("/a/w.wdl")}${entry("/b/w.wdl")}`,
    "a/w.wdl": WORKFLOW,
    "b/w.wdl": WORKFLOW,
  };
  expect(await refusedWith(() => find(files))).toBe(
    ".dockstore.yml names 2 WDL workflows. | Give one of them as path: a/w.wdl, b/w.wdl.",
  );
  expect((await find(files, "b")).main).toBe("b/w.wdl");
});

test("says that .dockstore.yml is broken or names what is not there", async () => {
  expect(await refusedWith(() => find({ ".dockstore.yml": "a: [", "w.wdl": WORKFLOW }))).toContain("is not YAML");
  const missing = "workflows:\n  - subclass: WDL\n    primaryDescriptorPath: /gone.wdl\n";
  expect(await refusedWith(() => find({ ".dockstore.yml": missing, "w.wdl": WORKFLOW }))).toBe(
    ".dockstore.yml names gone.wdl, which the source does not have. | Correct .dockstore.yml, or give path a WDL file.",
  );
});

test("believes MANIFEST.json, relative to itself", async () => {
  const files = {
    "p/MANIFEST.json": JSON.stringify({
      mainWorkflowURL: "file://w.wdl",
      inputFileURLs: ["in/a.json", "in/b.json"],
      optionsFileURL: "./opts.json",
    }),
    "p/w.wdl": WORKFLOW,
    "p/other.wdl": WORKFLOW,
    "p/in/a.json": "{}",
    "p/in/b.json": "{}",
    "p/opts.json": "{}",
  };
  expect(await find(files, "p")).toEqual({
    main: "p/w.wdl",
    inputs: ["p/in/a.json", "p/in/b.json"],
    options: "p/opts.json",
    told: true,
  });
});

test.each([
  [{ mainWorkflowURL: "../../x.wdl" }, "gives mainWorkflowURL something that is no file of the source"],
  [{ mainWorkflowURL: "https://host/x.wdl" }, "gives mainWorkflowURL something that is no file of the source"],
  [{}, "gives mainWorkflowURL something"],
  [{ mainWorkflowURL: "w.wdl", inputFileURLs: ["gone.json"] }, "names gone.json, which the source does not have"],
  [{ mainWorkflowURL: "w.wdl", inputFileURLs: [7] }, "gives inputFileURLs something"],
])("refuses the manifest %j", async (manifest, message) => {
  const files = { "MANIFEST.json": JSON.stringify(manifest), "w.wdl": WORKFLOW };
  expect(await refusedWith(() => find(files))).toContain(message);
});
