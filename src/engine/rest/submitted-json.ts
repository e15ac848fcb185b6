import { createRequire } from "node:module";

import { AweError, errorText } from "../../errors.ts";
import { isObject } from "../json-object.ts";

/** Deeper than anybody's inputs, and far from where recursion ends. */
const MAX_DEPTH = 500;

/** The reader of YAML. Loaded when it is first needed: it is a fifth of all modules, and few submissions are YAML. */
export function yaml(): typeof import("yaml") {
  return require("yaml") as typeof import("yaml");
}

const require = createRequire(import.meta.url);

/** A value written as JSON or as YAML; throws what the parser says about it. */
export function parseJsonOrYaml(text: string): unknown {
  try {
    return parseJson(text);
  } catch (thrown) {
    if (thrown instanceof AweError) throw thrown;
    // JSON with a mistake is tried as YAML, as Cromwell does; so the error is YAML's.
    return shallow(yaml().parse(text, { maxAliasCount: 100 }));
  }
}

function parseJson(text: string): unknown {
  return shallow(JSON.parse(text));
}

/** Gives back what does not nest too deep to be written, compared and converted by recursion. */
function shallow(value: unknown): unknown {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MAX_DEPTH) throw new AweError("invalid_request", `it nests deeper than ${MAX_DEPTH} levels`);
    level = level.flatMap((item) =>
      typeof item === "object" && item !== null ? Object.values(item).filter((inner) => typeof inner === "object") : [],
    );
  }
  return value;
}

/** A JSON object, empty where there is no text. What is wrong goes to `errors`, in the words of `wrong`. */
export function readObject(
  text: string | undefined,
  wrong: (reason: string) => string,
  errors: string[],
): Readonly<Record<string, unknown>> {
  if (text === undefined || text.trim() === "") return {};
  try {
    const parsed = parseJson(text);
    if (isObject(parsed)) return parsed;
    errors.push(wrong(`Expecting JSON object, got ${JSON.stringify(parsed)}`));
  } catch (thrown) {
    errors.push(wrong(errorText(thrown)));
  }
  return {};
}

/** The name that Cromwell's JSON library has for a value. */
export function jsonType(value: unknown): string {
  if (value === null) return "JsNull$";
  if (typeof value === "boolean") return value ? "JsTrue$" : "JsFalse$";
  return { string: "JsString", number: "JsNumber", object: "JsArray" }[typeof value as string] ?? "JsObject";
}
