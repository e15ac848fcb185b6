import * as fc from "fast-check";
import { deflateRawSync } from "node:zlib";
import { expect, test } from "vitest";
import { ZipFile } from "yazl";
import { collect } from "#src/sources/guarded-fetch.ts";
import { SOURCE_LIMITS } from "#src/sources/limits.ts";
import { openArchive } from "#src/sources/archive.ts";
import { openInline } from "#src/sources/inline.ts";
import { pathFault } from "#src/sources/tree.ts";
import { readZip, type ZipLimits } from "#src/sources/zip.ts";
import { refusedWith } from "./findings.ts";
import { rawZip } from "./raw-zip.ts";

async function zipOf(files: Readonly<Record<string, string | Uint8Array>>, mode = 0o100644): Promise<Uint8Array> {
  const zip = new ZipFile();
  for (const [name, content] of Object.entries(files)) zip.addBuffer(Buffer.from(content), name, { mode });
  zip.end();
  return collect(zip.outputStream as AsyncIterable<Buffer>);
}

function read(bytes: Uint8Array, limits: Partial<ZipLimits> = {}) {
  return readZip(bytes, { ...SOURCE_LIMITS, ...limits }, "The archive");
}

test("unpacks files and leaves out folders", async () => {
  const files = await read(
    rawZip([{ name: "a/" }, { name: "a/b.wdl", content: "x" }, { name: "ü.txt", content: "y" }]),
  );
  expect([...files].map(([name, bytes]) => [name, Buffer.from(bytes).toString()])).toEqual([
    ["a/b.wdl", "x"],
    ["ü.txt", "y"],
  ]);
});

test.each([
  ["../x", 'holds an entry whose name holds ".."'],
  ["a/../../x", 'holds an entry whose name holds ".."'],
  ["/etc/passwd", "holds an entry whose name is absolute"],
  ["C:/x", "holds an entry whose name is absolute"],
  ["a\\b", "holds an entry whose name holds a backslash"],
  ["a\nb", "holds an entry whose name holds a control character"],
  ["a\0b", "holds an entry whose name holds a control character"],
  ["a//b", 'holds an entry whose name holds an empty segment or "."'],
  ["./a", 'holds an entry whose name holds an empty segment or "."'],
  ["", "holds an entry whose name is empty"],
  ["d/".repeat(40) + "x", "holds an entry whose name is deeper than 32 folders"],
  ["x".repeat(2_000), "holds an entry whose name is longer than 1024 characters"],
])("refuses the name %j", async (name, message) => {
  const refused = await refusedWith(() => read(rawZip([{ name, content: "x" }])));
  expect(refused).toContain(`The archive ${message}`);
  expect(refused).toContain("Rename it.");
  expect(refused).not.toMatch(/\p{Cc}/u);
});

test("never lets a name out of its folder, whatever it is", async () => {
  const segment = fc.constantFrom("..", ".", "", "a", "b.wdl", "C:", "\\", "\0", "~", "…", "a\\..\\b");
  const name = fc.oneof(
    fc.array(segment, { maxLength: 6 }).map((parts) => parts.join("/")),
    fc.string({ unit: "binary" }),
  );
  await fc.assert(
    fc.asyncProperty(name, async (name) => {
      if (pathFault(name, SOURCE_LIMITS) !== undefined) return;
      expect(name).not.toMatch(/^\/|\\|\p{Cc}/u);
      const base = "/base/folder/";
      expect(
        decodeURI(new URL(encodeURI(`file://${base}`) + name.split("/").map(encodeURIComponent).join("/")).pathname),
      ).toMatch(new RegExp(`^${base}.`, "s"));
    }),
    { numRuns: 2_000 },
  );
});

test("gives back any files with allowed names", async () => {
  const name = fc.stringMatching(/^[a-zé_-]{1,8}(\/[a-zé_-]{1,8}){0,3}\.txt$/);
  await fc.assert(
    fc.asyncProperty(fc.dictionary(name, fc.uint8Array({ maxLength: 200 })), async (files) => {
      const back = await read(await zipOf(files));
      expect(new Map([...back].map(([path, bytes]) => [path, Uint8Array.from(bytes)]))).toEqual(
        new Map(Object.entries(files)),
      );
    }),
    { numRuns: 50 },
  );
});

test("never throws anything but a refusal for damaged bytes", async () => {
  const whole = await zipOf({ "a.txt": "aaaa".repeat(100), "b/c.txt": "c" });
  await fc.assert(
    fc.asyncProperty(fc.nat(whole.length - 1), fc.nat(255), async (at, value) => {
      const bytes = Uint8Array.from(whole);
      bytes[at] = value;
      await read(bytes).catch((thrown: unknown) => expect(thrown).toMatchObject({ code: "invalid_source" }));
    }),
    { numRuns: 400 },
  );
});

test("refuses links, devices, encrypted and unknown entries, and doubles", async () => {
  const cases: [Parameters<typeof rawZip>[0], string][] = [
    [[{ name: "l", content: "/etc/passwd", unixMode: 0o120777 }], 'holds "l", which is a link or device'],
    [[{ name: "d", content: "", unixMode: 0o020666 }], 'holds "d", which is a link or device'],
    [[{ name: "e", raw: Buffer.alloc(13), size: 1, flags: 1 }], 'holds "e" encrypted'],
    [[{ name: "m", content: "x", method: 12 }], 'holds "m" packed in a way that is not read (method 12)'],
    [
      [
        { name: "a", content: "1" },
        { name: "a", content: "2" },
      ],
      'holds "a" twice',
    ],
    [
      [
        { name: "a", content: "1" },
        { name: "a/b", content: "2" },
      ],
      'holds "a" as a file and as a folder',
    ],
    [[{ name: "a", content: "1", crc: 7 }], 'is damaged at "a"'],
  ];
  for (const [entries, message] of cases) {
    expect(await refusedWith(() => read(rawZip(entries)))).toContain(`The archive ${message}`);
  }
});

test("refuses what is no zip", async () => {
  expect(await refusedWith(() => read(Buffer.from("not a zip")))).toContain(
    "The archive is not a zip that can be read",
  );
  expect(await refusedWith(() => read(new Uint8Array()))).toContain("The archive is not a zip that can be read");
});

test("ends a zip bomb by what comes out, whatever the zip says of itself", async () => {
  const zeros = deflateRawSync(Buffer.alloc(20 * 1024 * 1024));
  const honest = rawZip([{ name: "zeros", raw: zeros, method: 8, size: 20 * 1024 * 1024 }]);
  expect(await refusedWith(() => read(honest))).toBe(
    'The archive is refused: "zeros" unpacks to more than 200 times its size. | Upload large inputs by themselves.',
  );
  const lying = rawZip([{ name: "zeros", raw: zeros, method: 8, size: 10 }]);
  expect(await refusedWith(() => read(lying))).toContain("The archive is not a zip that can be read");
});

test("bounds archive, files, sizes and their sum", async () => {
  const bytes = await zipOf({ "a.txt": "12345", "b.txt": "12345", "c.txt": "12345" });
  const cases: [Partial<ZipLimits>, string][] = [
    [{ archiveBytes: 100 }, "The archive is larger than the limit of 100 bytes."],
    [{ files: 2 }, "The archive holds more than 2 files."],
    [{ files: 1 }, "The archive holds more than 1 files."],
    [{ fileBytes: 4 }, 'The archive is refused: "a.txt" unpacks to more than 4 bytes.'],
    [{ unpackedBytes: 12 }, 'The archive is refused: "c.txt" brings the archive over its limit when unpacked.'],
  ];
  for (const [limits, message] of cases) expect(await refusedWith(() => read(bytes, limits))).toContain(message);
  expect((await read(bytes, { files: 3, fileBytes: 5, unpackedBytes: 15 })).size).toBe(3);
});

test("opens a packed folder with the commit that was told", async () => {
  const zip = await zipOf({ "main.wdl": "x" });
  const archive = { kind: "archive", zip, name: "work", path: null, commit: "a".repeat(40), dirty: true } as const;
  const fetched = await openArchive(archive, SOURCE_LIMITS);
  expect([fetched.commit, fetched.tree.paths]).toEqual(["a".repeat(40), ["main.wdl"]]);
  expect(await refusedWith(() => openArchive({ ...archive, commit: "main" }, SOURCE_LIMITS))).toContain(
    "not a full commit id",
  );
  const empty = await zipOf({});
  expect(await refusedWith(() => openArchive({ ...archive, zip: empty }, SOURCE_LIMITS))).toContain(
    "The source archive is empty",
  );
});

test("puts the inline document beside its dependencies, under a name of its own", async () => {
  const dependencies = await zipOf({ "main.wdl": "theirs", "lib/a.wdl": "a" });
  const fetched = await openInline({ kind: "inline", workflowSource: "mine", dependencies }, SOURCE_LIMITS);
  expect(fetched.main).toBe("_main.wdl");
  expect(fetched.tree.paths).toEqual(["_main.wdl", "lib/a.wdl", "main.wdl"]);
  const long = { kind: "inline", workflowSource: "x".repeat(5 * 1024 * 1024), dependencies: null } as const;
  expect(await refusedWith(() => openInline(long, SOURCE_LIMITS))).toContain("larger than the limit of 4 MiB");
});
