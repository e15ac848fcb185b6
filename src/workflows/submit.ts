import type { Clock } from "#src/clock.ts";
import { AweError } from "#src/errors.ts";
import type { Ids } from "#src/ids.ts";
import { isTerminal, type Phase, type Run, type RunSource } from "#src/model/run.ts";
import type { SourceRequest, Submission } from "#src/model/submission.ts";
import type { User } from "#src/model/user.ts";
import type { Objects } from "#src/objects/objects.ts";
import type { Sources } from "#src/sources/sources.ts";
import type { Idempotency, Store } from "#src/store/store.ts";
import { credentialsOf, type CredentialDeps } from "./credentials.ts";
import { freezeSubmission, type FreezeSubmissionDeps } from "./freeze-submission.ts";
import { assertLabels } from "./labels.ts";
import { runSummary, type RunSummary } from "./run-view.ts";
import { packSubmission, unpackSubmission } from "./submission-file.ts";

/** What submitting depends on. */
export interface SubmitDeps extends FreezeSubmissionDeps, CredentialDeps {
  readonly store: Store;
  readonly objects: Objects;
  readonly sources: Sources;
  readonly clock: Clock;
  readonly ids: Ids;
  /** Tells the control loop that there is work. */
  readonly nudge: () => void;
}

/** How long a submitter waits to hear whether a repository or address is there (design: *Checked when*). */
const PROBE_MS = 3_000;

/**
 * Accepts one run of a workflow, durably, or refuses it whole.
 *
 * Inline and archived sources are checked here; of Git and URLs it is only asked whether they are there. A repeated
 * `Idempotency-Key` gives the first answer again, before anything else is looked at.
 *
 * @throws {AweError} `invalid_source` with findings, `invalid_request`, `conflict` for a workflow with an active run,
 * `idempotency_mismatch` for a key that was used with another body.
 */
export async function submit(
  deps: SubmitDeps,
  owner: User,
  workflow: string,
  request: Submission,
  idempotency: Idempotency | null,
): Promise<RunSummary> {
  const records = deps.store.of(owner.name);
  if (idempotency) {
    const repeated = await records.findRepeated(idempotency);
    if (repeated) return firstAnswer(deps, owner.name, repeated);
  }
  assertLabels(request.labels);
  const newest = await records.newest(workflow);
  if (newest && !isTerminal(newest.phase)) throw activeRun(workflow, newest.runId);
  const submission = request.source === null ? await fromStored(deps, workflow, newest, request) : request;
  const source = sourceOf(submission);
  await checkAtOnce(deps, owner.name, source, submission);

  const runId = deps.ids.uuid();
  const now = deps.clock.now();
  const run: Run = {
    runId,
    user: owner.name,
    lab: owner.lab,
    workflow,
    phase: firstPhase(submission),
    source: runSource(source),
    label: submission.label,
    labels: submission.labels,
    ensemble: submission.ensemble,
    priority: submission.priority ?? 0,
    submittedAt: now,
    startedAt: null,
    endedAt: null,
    submissionKey: `submissions/${runId}`,
    closureKey: null,
    wdlName: null,
    outputs: null,
    failures: [],
    movedAt: now,
  };
  await deps.objects.put(owner.name, run.submissionKey, await packSubmission(submission));
  const outcome = await records.submit({ run, idempotency });
  // Only then: where the store fails nobody knows whether it has accepted, and an accepted run needs its submission.
  if (outcome.kind !== "accepted") await deps.objects.delete(owner.name, run.submissionKey);
  if (outcome.kind === "active") throw activeRun(workflow, outcome.runId);
  if (outcome.kind === "repeated") return firstAnswer(deps, owner.name, outcome);
  deps.nudge();
  return runSummary(run);
}

const firstPhase = (submission: Submission): Phase => (submission.onHold ? "held" : "scheduled");

function sourceOf(submission: Submission): SourceRequest {
  if (submission.source) return submission.source;
  throw new AweError("internal", "a stored submission has no source");
}

/** The stored source of the workflow with what this request says anew laid over it. */
async function fromStored(
  deps: SubmitDeps,
  workflow: string,
  newest: Run | undefined,
  request: Submission,
): Promise<Submission> {
  const packed = newest && (await deps.objects.get(newest.user, newest.submissionKey));
  if (!newest || !packed) {
    throw new AweError(
      "invalid_request",
      `${workflow} has no stored source yet: send workflow_repo, workflowUrl, workflowSource or sourceArchive.`,
    );
  }
  const stored = await unpackSubmission(packed);
  return {
    ...request,
    source: stored.source,
    inputs: request.inputs ?? stored.inputs,
    options: request.options ?? stored.options,
    label: request.label ?? stored.label,
    labels: { ...stored.labels, ...request.labels },
    ensemble: request.ensemble ?? stored.ensemble,
    priority: request.priority ?? stored.priority,
  };
}

async function checkAtOnce(
  deps: SubmitDeps,
  userName: string,
  source: SourceRequest,
  submission: Submission,
): Promise<void> {
  if (source.kind === "git" || source.kind === "url") {
    await deps.sources.probe(source, credentialsOf(deps, userName), PROBE_MS);
  } else {
    await freezeSubmission(deps, userName, submission);
  }
}

function runSource(source: SourceRequest): RunSource {
  const unknown = { repo: null, ref: null, commit: null, path: null };
  switch (source.kind) {
    case "git":
      return { kind: "git", repo: source.repo, ref: source.ref, commit: null, path: source.path };
    case "url":
      return { ...unknown, kind: "url", repo: source.workflowUrl };
    case "inline":
      return { ...unknown, kind: "inline" };
    case "archive":
      return {
        kind: "archive",
        repo: source.name,
        ref: null,
        commit: source.commit,
        path: source.path,
        ...(source.dirty === null ? {} : { dirty: source.dirty }),
      };
    default:
      return source satisfies never;
  }
}

function activeRun(workflow: string, runId: string): AweError {
  return new AweError(
    "conflict",
    `${workflow} has a run that has not ended (${runId}); wait for it, or abort it first.`,
  );
}

/** What the submitter was told when the key was first used: the run as it was then. */
async function firstAnswer(
  deps: SubmitDeps,
  userName: string,
  repeated: { runId: string; sameBody: boolean },
): Promise<RunSummary> {
  if (!repeated.sameBody) {
    throw new AweError(
      "idempotency_mismatch",
      "This Idempotency-Key was sent before with another body; use a new key.",
    );
  }
  const run = await deps.store.of(userName).find(repeated.runId);
  const packed = run && (await deps.objects.get(userName, run.submissionKey));
  if (!run || !packed) throw new AweError("internal", "a repeated run is gone");
  const submission = await unpackSubmission(packed);
  return runSummary({
    ...run,
    phase: firstPhase(submission),
    source: runSource(sourceOf(submission)),
    labels: submission.labels,
    startedAt: null,
    endedAt: null,
  });
}
