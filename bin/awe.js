// Turns on Node's compile cache before the first module of ours is loaded, so that a second start is quick.
import module from "node:module";
import { fileURLToPath } from "node:url";

const [major] = process.versions.node.split(".");
if (Number(major) < 24) {
  process.stderr.write(
    `awe needs Node 24 or newer, this is ${process.version}. Run \`npm ci\` in the project, or install Node 24.\n`,
  );
  process.exit(2);
}
// Beside the program and not in the machine's folder for temporary files, where another account could have put something.
module.enableCompileCache(fileURLToPath(new URL("../node_modules/.cache/awe", import.meta.url)));
await import("../src/cli/main.ts");
