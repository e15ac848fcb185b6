import { accessSync, constants } from "node:fs";
import path from "node:path";

/** How a machine gets what a lane needs. */
const REMEDIES: Readonly<Record<string, string>> = {
  mariadb: "install Debian's mariadb-server",
  git: "install git",
  chromium: "install Chromium",
  root: "run the tests as root",
  mount: "run the tests as root where file systems may be mounted",
  python3: "install python3",
};

/**
 * Whether the tests that need `tool` run here: `describe.runIf(lane("mariadb", onPath("mariadbd")))(…)`.
 *
 * A lane that cannot run says so in one line. With `AWE_TEST_REQUIRE=all`, as in CI, it is an error instead: nothing
 * is skipped in silence.
 */
export function lane(tool: string, available: boolean): boolean {
  if (available) return true;
  const reason = `the tests that need ${tool} cannot run here: ${REMEDIES[tool] ?? `provide ${tool}`}`;
  if (process.env["AWE_TEST_REQUIRE"] === "all") throw new Error(`${reason} (AWE_TEST_REQUIRE=all allows no skip)`);
  process.stderr.write(`SKIPPED: ${reason}\n`);
  return false;
}

/** Whether a command can be started; administrators' folders count, which not every account has on its path. */
export function onPath(command: string): boolean {
  const folders = [...(process.env["PATH"] ?? "").split(path.delimiter), "/usr/sbin", "/sbin"];
  return folders.some((folder) => isExecutable(path.join(folder, command)));
}

/** Whether the tests run as root, and so may start processes of other accounts. */
export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
