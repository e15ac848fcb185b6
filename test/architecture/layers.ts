import type { Import } from "./source-files.ts";

/** Ports: a folder each; the file named like its folder is the port, the others are adapters. */
const PORTS = ["channels", "databases", "engines", "fleet", "jobs", "objects", "secrets", "sources", "store"];

/**
 * The layers in their order: a file imports from its own layer and from those above it.
 *
 * Several names on one line stand side by side and do not see each other. The order of the features is a decision;
 * change it on purpose.
 */
const LAYERS: readonly (readonly string[])[] = [
  ["vocabulary"],
  // Cromwell's words, which its client and the embedded engine both speak.
  ["cromwell"],
  ["wdl"],
  ["model", "engine"],
  ["ports"],
  ["auth"],
  ["users"],
  // Reads what engines say; both the workflows' answers and the scheduler stand on it.
  ["monitor"],
  ["workflows"],
  ["ensembles"],
  ["triggers"],
  ["scheduler"],
  ["outputs"],
  ["notifications"],
  ["accounting"],
  [...PORTS.map((port) => `adapters of ${port}`), "http", "cli"],
  ["local"],
];

/** Who may start a program that is otherwise nobody's to import. */
const STARTERS = [
  // The embedded engine is a program of its own.
  { from: /^src\/(?:cli\/commands\/engine|local\/[\w-]+)\.ts$/, to: /^src\/engine\/(?:start|spec)\.ts$/ },
  // The command line is the door of the composition for one machine, too.
  { from: /^src\/cli\/commands\/[\w-]+\.ts$/, to: /^src\/local\/[\w-]+\.ts$/ },
];

/** The layer of a file below `src/`; `undefined` for a folder that nobody has given a place. */
export function layerOf(file: string): string | undefined {
  const [, folder = "", name, ...deeper] = file.split("/");
  if (name === undefined) return "vocabulary";
  if (PORTS.includes(folder)) return name === `${folder}.ts` && deeper.length === 0 ? "ports" : `adapters of ${folder}`;
  return rank(folder) < 0 ? undefined : folder;
}

/** What breaks the order of the layers. */
export function layerFaults(imports: readonly Import[]): readonly string[] {
  return imports.flatMap(({ from, to }) => {
    if (to === null || !from.startsWith("src/")) return [];
    if (!to.startsWith("src/")) return [`${from} imports ${to}, which is outside src`];
    const [layer, target] = [layerOf(from), layerOf(to)];
    if (layer === undefined) return [`${from} is in no layer: give its folder a place in LAYERS`];
    if (target === undefined || layer === target || mayImport(layer, target)) return [];
    if (STARTERS.some((starter) => starter.from.test(from) && starter.to.test(to))) return [];
    return [`${from} (${layer}) must not import ${to} (${target})`];
  });
}

function mayImport(layer: string, target: string): boolean {
  // Nobody imports the engine: it is started.
  return target !== "engine" && rank(target) < rank(layer);
}

function rank(layer: string): number {
  return LAYERS.findIndex((names) => names.includes(layer));
}

/** Circles of imports, each told once, from its file that comes first in the alphabet. */
export function cycles(imports: readonly Import[]): readonly string[] {
  const targets = new Map<string, string[]>();
  for (const { from, to } of imports) if (to !== null) targets.set(from, [...(targets.get(from) ?? []), to]);
  const found = new Set<string>();
  const done = new Set<string>();
  const visit = (file: string, trail: readonly string[]): void => {
    const start = trail.indexOf(file);
    if (start >= 0) found.add(circle(trail.slice(start)));
    if (start >= 0 || done.has(file)) return;
    for (const target of targets.get(file) ?? []) visit(target, [...trail, file]);
    done.add(file);
  };
  for (const file of targets.keys()) visit(file, []);
  return [...found];
}

function circle(files: readonly string[]): string {
  const first = files.indexOf([...files].sort()[0] ?? "");
  return [...files.slice(first), ...files.slice(0, first + 1)].join(" → ");
}
