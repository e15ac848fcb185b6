import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

import { COMMANDS } from "#src/cli/commands.ts";
import { EXIT } from "#src/cli/exit.ts";
import { commandHelp } from "#src/cli/help.ts";
import { PACK_LIMITS } from "#src/cli/pack-folder.ts";
import { PROJECT } from "./run-cli.ts";

const FILE = join(PROJECT, "docs/cli.md");
const MARK = "<!-- commands -->\n";

test("tells of every command what its help tells (BLESS=1 writes it)", () => {
  const text = readFileSync(FILE, "utf8");
  const head = text.slice(0, text.indexOf(MARK) + MARK.length);
  const sections = COMMANDS.map((spec) => `\n### awe ${spec.name}\n\n\`\`\`\n${commandHelp(spec)}\`\`\`\n`);
  const whole = head + sections.join("");
  if (process.env["BLESS"] === "1") writeFileSync(FILE, whole);
  expect(readFileSync(FILE, "utf8")).toBe(whole);
});

test("tells every exit status, and the limits of a packed folder", () => {
  const text = readFileSync(FILE, "utf8");
  const statuses = [...text.matchAll(/^\| (\d+) +\|/gm)].map(([, status]) => Number(status));
  expect(statuses).toEqual(Object.values(EXIT));
  const mib = (bytes: number) => `${bytes / 1024 / 1024} MiB`;
  expect(text.replaceAll("\n", " ")).toContain(
    `${PACK_LIMITS.files.toLocaleString("en")} files of ${mib(PACK_LIMITS.fileBytes)} each, ${mib(PACK_LIMITS.unpackedBytes)} together and ${mib(PACK_LIMITS.archiveBytes)} packed`,
  );
});

test("gives every command an example that begins with its name, and options that exist", () => {
  for (const { name, examples, options } of COMMANDS) {
    expect(examples.length).toBeGreaterThan(0);
    const known = new Set(options.map((option) => `--${option.name}`));
    for (const example of examples) {
      expect(example).toContain(`npx awe ${name}`);
      for (const [option] of example.matchAll(/--[a-z-]+/g)) expect(known).toContain(option);
    }
  }
});
