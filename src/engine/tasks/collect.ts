import { statSync } from "node:fs";
import { WdlError } from "../../wdl/coerce.ts";
import type { AttemptFolder } from "./attempt-folder.ts";
import { fullDiskHint, jobTag, stderrHint } from "./failures.ts";
import { failure } from "./job.ts";
import type { AttemptResult, Job } from "./job.ts";
import { evaluateOutputs } from "./outputs.ts";
import type { Prepared } from "./prepare.ts";
import type { ScriptEnd } from "./run-script.ts";

/** Makes the answer of an attempt whose script has ended: judges its return code and evaluates its outputs. */
export async function collect(
  job: Job,
  folder: AttemptFolder,
  prepared: Prepared,
  end: Exclude<ScriptEnd, { kind: "aborted" }>,
): Promise<AttemptResult> {
  const tag = jobTag(job);
  if (end.kind === "unstartable") {
    const remedy = "The machine may be short of memory, or at a limit of processes or open files.";
    return commandFailed(`Job ${tag} could not be started. ${remedy}${fullDiskHint(folder)}`);
  }
  if (end.kind === "vanished") {
    const reason = "it was killed from outside, or its command is not valid bash.";
    const message = `Job ${tag} ended without a return code: ${reason}${fullDiskHint(folder)}`;
    return commandFailed(`${message}\n${stderrHint(folder)}`);
  }
  const { returnCode } = end;
  const { failOnStderr, returnCodes } = prepared.attributes;
  const stderrBytes = failOnStderr ? (statSync(folder.stderr, { throwIfNoEntry: false })?.size ?? 0) : 0;
  if (stderrBytes > 0) {
    const message = `stderr for job ${tag} has length ${stderrBytes} and 'failOnStderr' runtime attribute was true.`;
    return commandFailed(`${message}\n${stderrHint(folder)}`, returnCode);
  }
  if (returnCodes !== "any" && !returnCodes.has(returnCode)) {
    const message =
      `Job ${tag} exited with return code ${returnCode} which has not been declared as a valid return code. ` +
      "See 'continueOnReturnCode' runtime attribute for more details.";
    return commandFailed(`${message}\n${stderrHint(folder)}`, returnCode);
  }
  try {
    return { kind: "done", returnCode, outputs: await evaluateOutputs(job, folder, prepared.lookup) };
  } catch (error) {
    if (!(error instanceof WdlError)) throw error;
    const cause = failure(error.message);
    return {
      kind: "failed",
      failure: failure("Failed to evaluate job outputs", [cause]),
      returnCode,
      retryable: false,
    };
  }
}

function commandFailed(message: string, returnCode?: number): AttemptResult {
  const code = returnCode === undefined ? {} : { returnCode };
  return { kind: "failed", failure: failure(message), ...code, retryable: true };
}
