import { posix } from "node:path";

import { AweError } from "#src/errors.ts";
import type { Closure } from "#src/model/closure.ts";
import type { JsonObject, Run } from "#src/model/run.ts";
import type { Submission } from "#src/model/submission.ts";
import type { Objects } from "#src/objects/objects.ts";
import type { Sources } from "#src/sources/sources.ts";
import type { Store } from "#src/store/store.ts";
import { packClosure } from "./closure-file.ts";
import { credentialsOf, type CredentialDeps } from "./credentials.ts";
import type { NamedUpload } from "./file-inputs.ts";
import { freeze } from "./freeze.ts";
import { assertLabels } from "./labels.ts";
import { unpackSubmission } from "./submission-file.ts";

/** What freezing a submission depends on. */
export interface FreezeSubmissionDeps extends CredentialDeps {
  readonly objects: Objects;
  readonly sources: Sources;
}

/**
 * Fetches a submission's source and freezes it for one user: the user's credentials, uploads and part of the disk.
 *
 * @throws {AweError} `invalid_source` with every finding that stops the run.
 */
export async function freezeSubmission(
  deps: FreezeSubmissionDeps,
  userName: string,
  { source, inputs, options }: Submission,
): Promise<{ readonly closure: Closure; readonly commit: string | null }> {
  if (source === null) throw new AweError("internal", "a submission without a source cannot be frozen");
  const fetched = await deps.sources.fetch(source, credentialsOf(deps, userName));
  const path = source.kind === "git" || source.kind === "archive" ? source.path : null;
  const checkAbsolute = (file: string) =>
    deps.objects.isForeign(userName, file) ? `${file} lies in AWE's own state folder and is not yours` : undefined;
  const frozen = await freeze({ sources: deps.sources, checkAbsolute }, fetched, {
    kind: source.kind,
    path,
    inputs,
    options,
  });
  await assertUploads(deps.store, userName, frozen.uploads);
  assertOptions(frozen.closure.options, checkAbsolute);
  assertLabels(frozen.closure.labels);
  assertHandOverFits(frozen.closure);
  return { closure: frozen.closure, commit: fetched.commit };
}

/**
 * Freezes the stored submission of a run, as the control loop's preparation does.
 *
 * @throws {AweError} `invalid_source` with findings.
 */
export async function freezeStored(
  deps: FreezeSubmissionDeps,
  run: Run,
): Promise<{ readonly closure: Closure; readonly commit: string | null; readonly packed: Uint8Array }> {
  const stored = await deps.objects.get(run.user, run.submissionKey);
  if (!stored) throw new AweError("internal", `the submission of run ${run.runId} is gone`);
  const frozen = await freezeSubmission(deps, run.user, await unpackSubmission(stored));
  return { ...frozen, packed: await packClosure(frozen.closure) };
}

/** Cromwell takes 8 MiB in one submission (`max-content-length`); the rest is for the form around it. */
const MOST_HAND_OVER_BYTES = 8 * 1024 * 1024 - 64 * 1024;

function assertHandOverFits({ documents, inputs, options }: Closure): void {
  const texts = [...documents.values(), JSON.stringify(inputs), JSON.stringify(options)];
  const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  if (bytes <= MOST_HAND_OVER_BYTES) return;
  const message = `The WDL documents, inputs and options come to ${bytes} bytes together; an engine takes ${MOST_HAND_OVER_BYTES} in one submission.`;
  const hint = "Put long lists into a file, and read it in the workflow.";
  throw new AweError("invalid_source", message, { findings: [{ message, hint }] });
}

/** Workflow options that name a folder to which an engine copies what the user has made (Cromwell's `wf_options`). */
const FOLDER_OPTIONS = ["final_workflow_outputs_dir", "final_workflow_log_dir", "final_call_logs_dir"];

function assertOptions(options: JsonObject, checkAbsolute: (path: string) => string | undefined): void {
  const findings = FOLDER_OPTIONS.flatMap((name) => {
    const place = options[name];
    const refused =
      typeof place === "string" ? checkAbsolute(posix.normalize(place.replace(/^file:\/\//, ""))) : undefined;
    return refused === undefined ? [] : [{ message: `The option ${name} cannot be used: ${refused}.` }];
  });
  if (findings.length > 0)
    throw new AweError("invalid_source", findings.map(({ message }) => message).join("\n"), { findings });
}

async function assertUploads(store: Store, userName: string, uploads: readonly NamedUpload[]): Promise<void> {
  const found = await Promise.all(uploads.map(({ uploadId }) => store.of(userName).findUpload(uploadId)));
  const findings = uploads
    .filter(({ name }, index) => found[index]?.name !== name)
    .map(({ uploadId, name }) => ({
      message: `There is no upload ${uploadId}/${name} of yours.`,
      hint: "Upload the file again and use the input that the answer names.",
    }));
  if (findings.length > 0)
    throw new AweError("invalid_source", findings.map(({ message }) => message).join("\n"), { findings });
}
