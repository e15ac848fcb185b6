import { errorText } from "../../errors.ts";
import { failure } from "../tasks/job.ts";
import type { Failure } from "../tasks/job.ts";

/**
 * Thrown to whoever waits for a value that will never come, since what makes it failed, was aborted or was not started.
 *
 * The reason has been recorded where it arose; this carries none, so that every failure is told once.
 */
export class Blocked extends Error {
  constructor() {
    super("what this depends on did not succeed");
    this.name = "Blocked";
  }
}

/** Cromwell's failure for an expression of a workflow that cannot be evaluated. */
export function evaluationFailure(name: string, thrown: unknown): Failure {
  return failure(`Failed to evaluate '${name}' (reason 1 of 1): ${errorText(thrown)}`);
}
