import { errorText } from "../../errors.ts";
import type { Submission } from "../run/engine.ts";
import { labelErrors } from "./labels.ts";
import { parseId } from "../../cromwell/ids.ts";
import type { FormParts } from "./multipart.ts";
import { optionErrors } from "./option-errors.ts";
import { isObject } from "../json-object.ts";
import { jsonType, parseJsonOrYaml, readObject } from "./submitted-json.ts";

/** A form read as a submission, or Cromwell's words about what is wrong with it. */
export type Read =
  | {
      readonly kind: "submissions";
      readonly submissions: readonly (Omit<Submission, "id"> & { readonly id?: string })[];
      readonly warnings: readonly string[];
    }
  | { readonly kind: "refused"; readonly message: string };

const PARTS = new Set([
  "workflowSource",
  "workflowUrl",
  "workflowRoot",
  "workflowType",
  "workflowTypeVersion",
  "workflowInputs",
  "workflowOptions",
  "labels",
  "workflowDependencies",
  "workflowOnHold",
  "requestedWorkflowId",
  "wdlSource",
  "wdlDependencies",
]);

const NUMBERED_INPUTS = /^workflowInputs_(\d+)$/;

/** Cromwell's limit. */
const MAX_URL_LENGTH = 2_000;

/** Reads the parts of a submission with Cromwell's rules; all mistakes are told at once. */
export function readSubmission(parts: FormParts, isBatch: boolean): Read {
  const errors: string[] = [];
  for (const name of parts.keys()) {
    if (!PARTS.has(name) && !NUMBERED_INPUTS.test(name)) errors.push(`Unexpected body part name: ${name}`);
  }
  const text = (name: string): string | undefined => parts.get(name)?.toString("utf8");
  errors.push(...sourceErrors(parts));
  const source = text("workflowSource") ?? text("wdlSource");
  const url = text("workflowUrl")?.trim();
  if (url !== undefined) errors.push(...urlErrors(url));
  const inputs = readInputs(parts, isBatch, errors);
  const options = readObject(
    text("workflowOptions"),
    (reason) => `Invalid workflow options provided: ${reason}`,
    errors,
  );
  errors.push(...optionErrors(options));
  const labels = readLabels(text("labels"), errors);
  const onHold = readBoolean(text("workflowOnHold"), errors);
  const ids = readIds(text("requestedWorkflowId"), inputs.length, errors);
  if (errors.length > 0) return { kind: "refused", message: `Error(s): ${errors.join("\n")}` };
  if (!isBatch && inputs.length !== 1) {
    return { kind: "refused", message: "To submit more than one workflow at a time, use the batch endpoint." };
  }
  const dependencies = parts.get("workflowDependencies") ?? parts.get("wdlDependencies");
  const optional = { root: text("workflowRoot"), type: text("workflowType"), typeVersion: text("workflowTypeVersion") };
  const submissions = inputs.map((input, index) => ({
    ...(ids[index] === undefined ? {} : { id: ids[index] }),
    parts: {
      ...Object.fromEntries(Object.entries({ source, url, ...optional }).filter(([, value]) => value !== undefined)),
      inputs: JSON.stringify(input),
      options: JSON.stringify(options),
      labels,
    },
    ...(dependencies === undefined ? {} : { dependencies }),
    onHold,
  }));
  return { kind: "submissions", submissions, warnings: deprecations(parts) };
}

function sourceErrors(parts: FormParts): readonly string[] {
  const has = (name: string): boolean => parts.has(name);
  const errors: string[] = [];
  if (has("wdlDependencies") && has("workflowDependencies")) {
    errors.push("wdlDependencies and workflowDependencies can't both be supplied");
  }
  if (has("wdlSource") && has("workflowSource") && has("workflowUrl")) {
    errors.push("wdlSource, workflowSource and workflowUrl all 3 can't be supplied");
  } else if (has("wdlSource") && has("workflowSource")) {
    errors.push("wdlSource and workflowSource can't both be supplied");
  } else if (has("workflowUrl") && (has("workflowSource") || has("wdlSource"))) {
    errors.push("workflowSource and workflowUrl can't both be supplied");
  } else if (!has("workflowUrl") && !has("workflowSource") && !has("wdlSource")) {
    errors.push("workflowSource or workflowUrl needs to be supplied");
  }
  return errors;
}

function urlErrors(url: string): readonly string[] {
  if (url.length > MAX_URL_LENGTH) {
    const limit = `longer than the maximum allowed ${MAX_URL_LENGTH} characters`;
    return [`Invalid workflow url: url has length ${url.length}, ${limit}`];
  }
  const protocol = /^([a-z][a-z0-9+.-]*):/i.exec(url)?.[1];
  if (protocol === undefined) return [`Error while validating workflow url: no protocol: ${url}`];
  if (!/^(https?|file|ftp|jar|mailto)$/i.test(protocol)) {
    return [`Error while validating workflow url: unknown protocol: ${protocol}`];
  }
  return URL.canParse(url) ? [] : [`Error while validating workflow url: ${url} is malformed`];
}

/** The inputs of each workflow: one object, or in a batch one for each item of an array. */
function readInputs(parts: FormParts, isBatch: boolean, errors: string[]): readonly object[] {
  const main = parts.get("workflowInputs")?.toString("utf8");
  if (main === undefined) {
    if (isBatch) errors.push("No inputs were provided");
    return [{}];
  }
  let parsed: unknown;
  try {
    parsed = parseJsonOrYaml(main);
  } catch (thrown) {
    errors.push(`Input file is not a valid yaml or json. Inputs data: '${main}'. Error: ${errorText(thrown)}.`);
    return [{}];
  }
  const further = [...parts.keys()]
    .flatMap((name) => (NUMBERED_INPUTS.test(name) ? [{ name, number: Number(NUMBERED_INPUTS.exec(name)?.[1]) }] : []))
    .sort((a, b) => a.number - b.number)
    .map(({ name }) => {
      const wrong = (reason: string): string =>
        `Failed to parse input: '${parts.get(name)?.toString("utf8") ?? ""}', which is not a valid json. ` +
        `Please check for syntactical errors. (reason 1 of 1): ${reason}`;
      return readObject(parts.get(name)?.toString("utf8"), wrong, errors);
    });
  const items: readonly unknown[] = Array.isArray(parsed) ? parsed : [parsed ?? {}];
  return items.map((item) => {
    if (isObject(item)) return Object.assign({}, item, ...further) as object;
    errors.push(`Submitted input '${JSON.stringify(item)}' of type ${jsonType(item)} is not a valid JSON object.`);
    return {};
  });
}

function readLabels(text: string | undefined, errors: string[]): Readonly<Record<string, string>> {
  const found: string[] = [];
  const labels = readObject(text, (reason) => reason, found);
  if (found[0]?.startsWith("Expecting JSON object")) {
    errors.push('Invalid workflow labels JSON. Expected a JsObject of "labelKey": "labelValue" values.');
  } else if (found[0] !== undefined) errors.push(`Workflow contains invalid labels JSON: ${found[0]}`);
  const entries = Object.entries(labels);
  for (const [key, value] of entries) {
    if (typeof value !== "string" || key === "") {
      const rule = "Labels must be strings. A Label key must be non-empty.";
      errors.push(`Invalid label ${key}: ${JSON.stringify(value)} : ${rule}`);
    } else errors.push(...labelErrors(key, value));
  }
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => typeof entry[1] === "string"));
}

function readBoolean(text: string | undefined, errors: string[]): boolean {
  if (text === undefined) return false;
  const word = text.trim().toLowerCase();
  if (word !== "true" && word !== "false") errors.push(`For input string: "${text}"`);
  return word === "true";
}

function readIds(text: string | undefined, count: number, errors: string[]): readonly string[] {
  if (text === undefined) return [];
  let parsed: unknown;
  try {
    parsed = parseJsonOrYaml(text);
  } catch (thrown) {
    errors.push(`Invalid requestedWorkflowId: ${errorText(thrown)}`);
    return [];
  }
  const given: readonly unknown[] = Array.isArray(parsed) ? parsed : [parsed];
  if (given.length !== count) {
    errors.push(`Mismatch between requested IDs count (${given.length}) and workflow inputs counts (${count})`);
  }
  return given.flatMap((item) => {
    const id = typeof item === "string" ? parseId(item) : undefined;
    if (id === undefined)
      errors.push(`Invalid workflow ID: '${typeof item === "string" ? item : JSON.stringify(item)}'.`);
    return id === undefined ? [] : [id];
  });
}

function deprecations(parts: FormParts): readonly string[] {
  return (["Source", "Dependencies"] as const).flatMap((name) =>
    parts.has(`wdl${name}`)
      ? [
          `The 'wdl${name}' parameter name has been deprecated in favor of 'workflow${name}'. ` +
            `Support for 'wdl${name}' will be removed from future versions of Cromwell. ` +
            `Please switch to using 'workflow${name}' in future submissions.`,
        ]
      : [],
  );
}
