import { createRequire } from "node:module";

const { version } = createRequire(import.meta.url)("../package.json") as { version: string };

/** AWE's version, as package.json tells it. */
export const VERSION = version;
