import { z } from "zod";

import { AweError } from "#src/errors.ts";
import type { JsonObject } from "#src/model/run.ts";
import { parseObject } from "#src/model/source-text.ts";
import type { SourceRequest, Submission } from "#src/model/submission.ts";
import type { Fields } from "./body.ts";
import { jsonObject } from "./json.ts";

/** Parts that are bytes, not text. */
export const BINARY_PARTS: ReadonlySet<string> = new Set(["sourceArchive", "workflowDependencies"]);

/** A boolean, or Cromwell's text of one (Scala's `toBoolean`: any case). */
const flag = z.union(
  [
    z.boolean(),
    z
      .string()
      .regex(/^(true|false)$/i)
      .transform((text) => text.toLowerCase() === "true"),
  ],
  "must be true or false",
);
const text = (most: number) => z.string().min(1).max(most);
const address = text(2_000);
const json = (what: string) =>
  z
    .union([z.record(z.string(), z.unknown()), z.string()], "must be a JSON object, or the text of one")
    .transform((value) => (typeof value === "string" ? jsonObject(value, what) : value) as JsonObject);
/** Cromwell reads this one part as YAML, too. */
const jsonOrYaml = (what: string) =>
  z
    .union([z.record(z.string(), z.unknown()), z.string()], "must be a JSON object, or the JSON or YAML text of one")
    .transform((value) => {
      if (typeof value !== "string") return value as JsonObject;
      return /^\s*[{[]/.test(value) ? (jsonObject(value, what) as JsonObject) : parseObject(value, `${what}.yaml`);
    });
const bytes = z.union(
  [z.instanceof(Uint8Array), z.base64().transform((encoded): Uint8Array => Buffer.from(encoded, "base64"))],
  "must be the bytes of a zip, in JSON as base64",
);

/** What `POST /<user>/<workflow>` takes, JSON and form data alike; in forms, objects are JSON text. */
export const SubmissionSchema = z.strictObject({
  workflow_repo: address.optional().describe("Git repository over http(s)"),
  ref: text(255).optional().describe("Branch, tag or commit; the default branch if absent"),
  path: text(1_000).optional().describe("Folder of the workflow in the repository, or its main document"),
  workflowUrl: address.optional().describe("Address of the main document"),
  workflowInputsUrl: address.optional(),
  workflowInputs_2Url: address.optional(),
  workflowInputs_3Url: address.optional(),
  workflowInputs_4Url: address.optional(),
  workflowInputs_5Url: address.optional(),
  workflowOptionsUrl: address.optional(),
  labelsUrl: address.optional(),
  workflowDependenciesUrl: address.optional(),
  workflowSource: z.string().min(1).optional().describe("Text of the main document"),
  workflowDependencies: bytes.optional().describe("Zip of imported documents; base64 in JSON"),
  sourceArchive: bytes.optional().describe("Zip of a folder; base64 in JSON"),
  archiveName: text(255).optional(),
  commit: z
    .string()
    .regex(/^[0-9a-f]{40}$/, "must be a full commit id")
    .optional(),
  dirty: flag.optional(),
  inputs: json("inputs").optional().describe("Merged over the inputs that the source brings"),
  workflowInputs: jsonOrYaml("workflowInputs").optional(),
  workflowInputs_2: json("workflowInputs_2").optional(),
  workflowInputs_3: json("workflowInputs_3").optional(),
  workflowInputs_4: json("workflowInputs_4").optional(),
  workflowInputs_5: json("workflowInputs_5").optional(),
  options: json("options").optional(),
  workflowOptions: json("workflowOptions").optional(),
  workflowType: z.literal("WDL", "must be WDL").optional(),
  workflowTypeVersion: text(20).optional(),
  label: z.string().max(1_000).optional().describe("Free text"),
  labels: json("labels").optional(),
  workflowOnHold: flag.optional(),
  ensemble: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, "must be letters, digits, dots, dashes and underscores, 100 at most")
    .optional(),
  priority: z.coerce.number().int().min(-1_000_000).max(1_000_000).optional().describe("Higher goes first"),
});

type SubmissionFields = z.output<typeof SubmissionSchema>;

/**
 * Reads a request's fields as a submission.
 *
 * @throws {AweError} `invalid_request` with a finding for each field at fault.
 */
export function parseSubmission(fields: Fields): Submission {
  const parsed = SubmissionSchema.safeParse(Object.fromEntries(fields));
  if (!parsed.success) {
    const findings = parsed.error.issues.flatMap((issue) =>
      issue.code === "unrecognized_keys"
        ? issue.keys.map((key) => ({ message: `Unexpected body part name: ${key}` }))
        : [{ message: `${issue.path.join(".") || "The body"}: ${issue.message}` }],
    );
    throw new AweError("invalid_request", `Error(s): ${findings.map(({ message }) => message).join("\n")}`, {
      findings,
    });
  }
  const given = parsed.data;
  return {
    source: sourceOf(given),
    inputs: mergedInputs(given),
    options: given.options ?? given.workflowOptions ?? null,
    label: given.label ?? null,
    labels: (given.labels ?? {}) as Submission["labels"],
    onHold: given.workflowOnHold ?? false,
    ensemble: given.ensemble ?? null,
    priority: given.priority ?? null,
  };
}

/** Higher numbers win, key by key, and `inputs` over all (Cromwell's rule for `workflowInputs_N`). */
function mergedInputs(given: SubmissionFields): JsonObject | null {
  const layers = [
    given.workflowInputs,
    given.workflowInputs_2,
    given.workflowInputs_3,
    given.workflowInputs_4,
    given.workflowInputs_5,
    given.inputs,
  ];
  return layers.every((layer) => layer === undefined) ? null : Object.assign({}, ...layers);
}

/** Which fields belong to which kind of source; the first names the kind. */
const KINDS = {
  git: ["workflow_repo"],
  url: [
    "workflowUrl",
    "workflowInputsUrl",
    "workflowInputs_2Url",
    "workflowInputs_3Url",
    "workflowInputs_4Url",
    "workflowInputs_5Url",
    "workflowOptionsUrl",
    "labelsUrl",
    "workflowDependenciesUrl",
  ],
  inline: ["workflowSource", "workflowDependencies"],
  archive: ["sourceArchive", "archiveName", "commit", "dirty"],
} as const satisfies Record<SourceRequest["kind"], readonly (keyof SubmissionFields)[]>;

function sourceOf(given: SubmissionFields): SourceRequest | null {
  const named = (Object.keys(KINDS) as (keyof typeof KINDS)[]).filter((kind) => given[KINDS[kind][0]] !== undefined);
  const strays = Object.entries(KINDS).flatMap(([kind, keys]) =>
    keys.filter((key) => given[key] !== undefined && !named.includes(kind as keyof typeof KINDS)),
  );
  if (named.length > 1) {
    const names = named.map((kind) => KINDS[kind][0]);
    throw new AweError(
      "invalid_request",
      `A run has one source, this request names ${names.join(" and ")}; send only one of them.`,
    );
  }
  if (strays.length > 0) {
    throw new AweError(
      "invalid_request",
      `${strays.join(", ")} cannot stand alone: send workflow_repo, workflowUrl, workflowSource or sourceArchive with it.`,
    );
  }
  const ref = given.ref ?? null;
  const path = given.path ?? null;
  const [kind] = named;
  if (ref !== null && kind !== "git") throw new AweError("invalid_request", "ref goes with workflow_repo only.");
  if (path !== null && kind !== "git" && kind !== "archive")
    throw new AweError("invalid_request", "path goes with workflow_repo or sourceArchive only.");
  switch (kind) {
    case undefined:
      return null;
    case "git":
      return { kind, repo: given.workflow_repo ?? "", ref, path };
    case "url":
      return {
        kind,
        workflowUrl: given.workflowUrl ?? "",
        inputsUrls: [
          given.workflowInputsUrl,
          given.workflowInputs_2Url,
          given.workflowInputs_3Url,
          given.workflowInputs_4Url,
          given.workflowInputs_5Url,
        ].filter((url) => url !== undefined),
        optionsUrl: given.workflowOptionsUrl ?? null,
        labelsUrl: given.labelsUrl ?? null,
        dependenciesUrl: given.workflowDependenciesUrl ?? null,
      };
    case "inline":
      return { kind, workflowSource: given.workflowSource ?? "", dependencies: given.workflowDependencies ?? null };
    case "archive":
      return {
        kind,
        zip: given.sourceArchive ?? new Uint8Array(),
        name: given.archiveName ?? null,
        path,
        commit: given.commit ?? null,
        dirty: given.dirty ?? null,
      };
    default:
      return kind satisfies never;
  }
}
