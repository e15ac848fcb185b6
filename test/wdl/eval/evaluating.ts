import { createHash } from "node:crypto";
import type { WdlVersion } from "#src/wdl/ast.ts";
import { WdlError } from "#src/wdl/coerce.ts";
import { Diagnostics } from "#src/wdl/diagnostics.ts";
import type { Environment, Io } from "#src/wdl/environment.ts";
import { evaluate } from "#src/wdl/evaluate.ts";
import { toJson } from "#src/wdl/json.ts";
import { parseExpression } from "#src/wdl/parse/expression.ts";
import { PARSE_LIMITS, Scanner } from "#src/wdl/parse/scanner.ts";
import type { Expr } from "#src/wdl/ast.ts";
import type { Value } from "#src/wdl/values.ts";

/** Files in memory, as much of a file system as expressions can see. */
export function memoryIo(files: Map<string, string> = new Map()): Io & { readonly files: Map<string, string> } {
  const read = (path: string): string => {
    const text = files.get(path);
    if (text === undefined) throw new WdlError(`${path} does not exist`);
    return text;
  };
  return {
    files,
    readText: async (path, maxBytes) => {
      const text = read(path);
      if (Buffer.byteLength(text) > maxBytes) throw new WdlError(`${path} is larger than ${maxBytes} bytes`);
      return text;
    },
    sizeBytes: async (path) => Buffer.byteLength(read(path)),
    writeText: async (name, content) => {
      const path = `${name}_${createHash("md5").update(content).digest("hex")}.tmp`;
      files.set(path, content);
      return path;
    },
    glob: async (pattern) => [...files.keys()].filter((path) => path.endsWith(pattern.replace("*", ""))).sort(),
    stdout: () => "stdout",
    stderr: () => "stderr",
  };
}

/** An environment in which `names` are declared. */
export function environment(
  names: Readonly<Record<string, Value>> = {},
  parts: Partial<Environment> = {},
): Environment {
  return {
    lookup: (name) => {
      const value = names[name];
      if (!value) throw new WdlError(`there is no ${name}`);
      return value;
    },
    version: "1.1",
    structs: new Map(),
    io: memoryIo(),
    ...parts,
  };
}

/** Parses one expression; throws what the parser finds wrong. */
export function expression(text: string, version: WdlVersion = "1.1"): Expr {
  const diagnostics = new Diagnostics("expression.wdl");
  const scanner = new Scanner(text, diagnostics, PARSE_LIMITS);
  scanner.version = version;
  const expr = parseExpression(scanner);
  const [error] = diagnostics.all.filter(({ severity }) => severity === "error");
  if (error) throw new Error(error.message);
  if (!scanner.atEnd()) throw new Error(`unread: ${text.slice(scanner.pos)}`);
  return expr;
}

/** What an expression comes to, as JSON. */
export async function result(text: string, env: Environment = environment()): Promise<unknown> {
  return toJson(await evaluate(expression(text), env));
}
