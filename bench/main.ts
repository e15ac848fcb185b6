/** Measures what docs/benchmarks.md promises and writes the table there. `npm run bench [scatter|status|submission|start]`. */
import { writeFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";

import type { Figure } from "./measure.ts";
import { scatter } from "./scatter.ts";
import { start } from "./start.ts";
import { status } from "./status.ts";
import { submission } from "./submit.ts";
import { ROOT } from "./world.ts";

const BENCHES = { scatter, status, submission, start } as const;

const wanted = process.argv.slice(2);
const figures: Figure[] = [];
for (const [name, bench] of Object.entries(BENCHES)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  process.stdout.write(`${name} …\n`);
  const found = await bench();
  figures.push(...found);
  for (const figure of found) process.stdout.write(`${row(figure)}\n`);
}
if (wanted.length === 0) await writeFile(join(ROOT, "docs/benchmarks.md"), page());
process.exitCode = figures.every(({ met }) => met) ? 0 : 1;

function row({ what, ours, baseline, ratio, limit, met }: Figure): string {
  return `| ${what} | ${ours} | ${baseline} | ${ratio === null ? "–" : ratio.toFixed(2)} | ${limit} | ${met ? "yes" : "**no**"} |`;
}

function page(): string {
  return `# Benchmarks

Made by \`npm run bench\`: every figure is a ratio of two things measured by turns in the same run, because machines differ and are shared.
The scripts are in \`bench/\`; the baselines are as bare as can be (\`bench/task.sh\`, \`bench/pass-through.ts\`, \`bench/one-row.ts\`).

Last run: ${new Date().toISOString().slice(0, 10)}, Node ${process.version}, ${availableParallelism()} shared cores.

| what | AWE | baseline | ratio | limit | met |
|---|---|---|---|---|---|
${figures.map(row).join("\n")}
`;
}
