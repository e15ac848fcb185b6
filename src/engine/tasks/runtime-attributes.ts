import { coerce, WdlError } from "../../wdl/coerce.ts";
import { compute } from "../../wdl/evaluate.ts";
import type { Environment } from "../../wdl/evaluate.ts";
import { fromJson } from "../../wdl/json.ts";
import { valueText } from "../../wdl/text.ts";
import { ANY } from "../../wdl/type-rules.ts";
import type { Value } from "../../wdl/values.ts";
import type { Job } from "./job.ts";
import { memoryBytes } from "./memory.ts";

/** What a task's runtime section asks for, all precedence applied. */
export interface RuntimeAttributes {
  readonly cpu: number;
  /** 0 where the task asks for none. */
  readonly memoryBytes: number;
  readonly maxRetries: number;
  readonly failOnStderr: boolean;
  /** The return codes that mean success. */
  readonly returnCodes: ReadonlySet<number> | "any";
  /** As metadata shows them: text, unknown ones included. */
  readonly shown: Readonly<Record<string, string>>;
  readonly notes: readonly string[];
}

/**
 * Evaluates the runtime attributes of a job.
 *
 * An override from the inputs wins over the task's own section, that over the workflow option
 * `default_runtime_attributes`, that over Cromwell's defaults. An attribute that is `None` counts as not given. Unknown
 * attributes are kept and mean nothing. Throws a WdlError for a value that cannot be what it should be.
 */
export async function runtimeAttributes(job: Job, env: Environment): Promise<RuntimeAttributes> {
  const given = await givenAttributes(job, env);
  const get = <T>(name: string, parse: (value: Value) => T | undefined, expected: string): T | undefined => {
    const value = given.get(name);
    if (!value) return undefined;
    const parsed = parse(value);
    if (parsed !== undefined) return parsed;
    throw new WdlError(`Expecting ${name} runtime attribute to be ${expected}, not ${valueText(value)}`);
  };
  if (get("gpu", toBoolean, "a Boolean") === true) {
    throw new WdlError(
      "The runtime attribute gpu is true, but this backend has no GPUs; remove it, or set it to false",
    );
  }
  const failOnStderr =
    get("failOnStderr", toBoolean, "a Boolean or a String with values of 'true' or 'false'") ?? false;
  const returnCodesName = given.has("returnCodes") ? "returnCodes" : "continueOnReturnCode";
  const codes = `a Boolean, a String 'true' or 'false', "*", an Int, or an Array[Int]`;
  const returnCodes = get(returnCodesName, toReturnCodes, codes) ?? new Set([0]);
  const maxRetries = get("maxRetries", (value) => toInt(value, 0), "an Int that is 0 or greater") ?? 0;
  const bytes = get("memory", memoryBytes, "an Integer or String with format '8 GB'") ?? 0;
  const container = given.get("container") ?? given.get("docker");
  return {
    cpu: get("cpu", toCores, "a number greater than 0") ?? 1,
    memoryBytes: bytes,
    maxRetries,
    failOnStderr,
    returnCodes,
    shown: {
      ...Object.fromEntries([...given].map(([name, value]) => [name, shownText(value)])),
      failOnStderr: String(failOnStderr),
      [returnCodesName]:
        returnCodes === "any" ? (returnCodesName === "returnCodes" ? "*" : "true") : [...returnCodes].join(),
      maxRetries: String(maxRetries),
    },
    notes: container
      ? [`The container ${shownText(container)} is not used: the task runs as a process of this machine.`]
      : [],
  };
}

async function givenAttributes(job: Job, env: Environment): Promise<Map<string, Value>> {
  const given = new Map<string, Value>();
  const add = (name: string, value: Value) => {
    if (value.kind !== "none") given.set(name, value);
  };
  for (const [name, json] of Object.entries(job.runtimeDefaults)) {
    add(name, fromJson(json, ANY, `default_runtime_attributes.${name}`));
  }
  for (const { name, value } of job.task.runtime) {
    if (!job.runtimeOverrides.has(name.text)) add(name.text, await compute(value, env));
  }
  for (const [name, json] of job.runtimeOverrides) add(name, fromJson(json, ANY, `${job.callName}.runtime.${name}`));
  return given;
}

function shownText(value: Value): string {
  return value.kind === "array" ? value.items.map(valueText).join() : valueText(value);
}

/** The value as another kind, `undefined` where it is none. */
function tryCoerce(value: Value, kind: "boolean" | "int" | "float"): boolean | number | undefined {
  try {
    const coerced = coerce(value, { kind });
    return coerced.kind === kind ? coerced.value : undefined;
  } catch (error) {
    if (error instanceof WdlError) return undefined;
    throw error;
  }
}

function toBoolean(value: Value): boolean | undefined {
  return tryCoerce(value, "boolean") as boolean | undefined;
}

function toInt(value: Value, min: number): number | undefined {
  const number = tryCoerce(value, "int") as number | undefined;
  return number !== undefined && number >= min ? number : undefined;
}

function toCores(value: Value): number | undefined {
  const number = tryCoerce(value, "float") as number | undefined;
  return number !== undefined && number > 0 && Number.isFinite(number) ? number : undefined;
}

/** `continueOnReturnCode` of 1.0 and `returnCodes` of 1.1 have different ways to say "any"; both are taken for both. */
function toReturnCodes(value: Value): ReadonlySet<number> | "any" | undefined {
  if (value.kind === "string" && value.value === "*") return "any";
  const flag = toBoolean(value);
  if (flag !== undefined) return flag ? "any" : new Set([0]);
  const items = value.kind === "array" ? value.items : [value];
  const codes = items.map((item) => toInt(item, Number.MIN_SAFE_INTEGER));
  return codes.every((code) => code !== undefined) ? new Set(codes) : undefined;
}
