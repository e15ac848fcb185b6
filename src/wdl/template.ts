import type { Placeholder, Template } from "./ast.ts";
import { coerce, WdlError } from "./coerce.ts";
import type { Environment } from "./environment.ts";
import { compute } from "./evaluate.ts";
import { chain, eachInTurn } from "./eventual.ts";
import type { Eventual } from "./eventual.ts";
import { describe, primitiveText } from "./text.ts";
import type { Value } from "./values.ts";

/** The text of a command. Rejects with a WdlError that says which placeholder cannot be filled. */
export async function renderTemplate(template: Template, env: Environment): Promise<string> {
  return await render(template, env);
}

/** As `renderTemplate`, but returns the text itself where nothing has to be read first. */
export function render(template: Template, env: Environment): Eventual<string> {
  const texts = eachInTurn(template.parts, (part) => (typeof part === "string" ? part : fill(part, env)));
  return chain(texts, (texts) => texts.join(""));
}

function fill(placeholder: Placeholder, env: Environment): Eventual<string> {
  const { expr, options, span } = placeholder;
  return chain(compute(expr, env, "command"), (value) => {
    if (value.kind === "none") return options.default ? text(options.default, env) : "";
    if (value.kind === "boolean" && (options.true || options.false)) {
      const chosen = value.value ? options.true : options.false;
      return chosen ? text(chosen, env) : "";
    }
    if (value.kind === "array") {
      if (!options.sep) {
        throw new WdlError(`an Array needs a separator to be put into a command: ~{sep=" " …}`, span);
      }
      return chain(text(options.sep, env), (separator) =>
        value.items.map((item) => wordOf(item, placeholder)).join(separator),
      );
    }
    return wordOf(value, placeholder);
  });
}

function text(option: NonNullable<Placeholder["options"]["sep"]>, env: Environment): Eventual<string> {
  return chain(compute(option, env, "command"), (value) => {
    const coerced = coerce(value, { kind: "string" });
    return coerced.kind === "string" ? coerced.value : "";
  });
}

function wordOf(value: Value, placeholder: Placeholder): string {
  const word = primitiveText(value);
  if (word !== undefined) return word;
  throw new WdlError(
    `${describe(value)} cannot be put into a command; use its parts, or a file made by write_json`,
    placeholder.span,
  );
}
