import { createHash } from "node:crypto";
import { join } from "node:path";
import type { Job } from "./job.ts";

/**
 * Where the files of one attempt are: Cromwell's layout.
 *
 * `call-x/[shard-N/][attempt-K/]{execution,inputs}`, attempt-K only from the second attempt on.
 */
export interface AttemptFolder {
  readonly root: string;
  /** Working folder of the command; relative outputs are found here. */
  readonly execution: string;
  readonly inputs: string;
  /** The command's TMPDIR. */
  readonly temporary: string;
  readonly script: string;
  readonly stdout: string;
  readonly stderr: string;
  /** The return code, complete from the moment this file exists. */
  readonly returnCode: string;
  /** The return code as the script writes it; counts once its writer is gone. */
  readonly returnCodeDraft: string;
  /** Names the one process that may do the work: see `claim.ts`. */
  readonly claim: string;
}

/** The folder of the job's attempt. The same job has the same folder in every life of the engine. */
export function attemptFolder(job: Pick<Job, "callFolder" | "attempt">): AttemptFolder {
  const root = job.attempt === 1 ? job.callFolder : join(job.callFolder, `attempt-${job.attempt}`);
  const execution = `${root}/execution`;
  const suffix = createHash("md5").update(root).digest("hex").slice(0, 8);
  return {
    root,
    execution,
    inputs: `${root}/inputs`,
    temporary: `${execution}/tmp.${suffix}`,
    script: `${execution}/script`,
    stdout: `${execution}/stdout`,
    stderr: `${execution}/stderr`,
    returnCode: `${execution}/rc`,
    returnCodeDraft: `${execution}/rc.tmp`,
    claim: `${execution}/pid`,
  };
}
