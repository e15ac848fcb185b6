import { WdlError } from "../coerce.ts";
import type { Environment } from "../environment.ts";
import { jsonText } from "../json.ts";
import { describe, primitiveText } from "../text.ts";
import { fileValue, NONE } from "../values.ts";
import type { Value } from "../values.ts";
import { arrayArgument, mapArgument, objectArgument, tableArgument } from "./arguments.ts";

/** What each `write_…` puts into its file. All but JSON end with a line end, as in Cromwell. */
const CONTENT = {
  // Without any line there is still one line end.
  write_lines: (lines: Value | undefined): string => textLines(arrayArgument(lines).map(cell)) || "\n",
  write_tsv: (table: Value | undefined): string => textLines(tableArgument(table).map(row)),
  write_map: (map: Value | undefined): string => textLines(mapArgument(map).map(row)),
  write_object: (object: Value | undefined): string => objectLines([objectArgument(object)]),
  write_objects: (objects: Value | undefined): string => objectLines(arrayArgument(objects).map(objectArgument)),
  write_json: (value: Value | undefined): string => jsonText(value ?? NONE),
};

type Writer = (values: readonly Value[], env: Environment) => Promise<Value>;

/** `write_lines`, `write_tsv`, `write_map`, `write_object`, `write_objects`, `write_json`. */
export const WRITERS: Readonly<Record<string, Writer>> = Object.fromEntries(
  Object.entries(CONTENT).map(([name, content]) => [
    name,
    async ([value], env) => fileValue(await env.io.writeText(name, content(value))),
  ]),
);

function textLines(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join("");
}

function row(cells: readonly Value[]): string {
  return cells.map(cell).join("\t");
}

function cell(value: Value): string {
  const text = primitiveText(value);
  if (text === undefined) throw new WdlError(`${describe(value)} cannot be written into a line; use write_json`);
  return text;
}

function objectLines(objects: readonly ReadonlyMap<string, Value>[]): string {
  const [first] = objects;
  if (!first) throw new WdlError("there is no Object to write, and so no names for the first row");
  const names = [...first.keys()];
  const odd = objects.findIndex((object) => object.size !== names.length || names.some((name) => !object.has(name)));
  if (odd >= 0) throw new WdlError(`all Objects must have the same members, but item ${odd} has others than item 0`);
  return textLines([names.join("\t"), ...objects.map((object) => row(names.map((name) => object.get(name) ?? NONE)))]);
}
