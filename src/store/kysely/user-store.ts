import type { Clock } from "#src/clock.ts";
import type { UserStore } from "#src/store/store.ts";

import { readCalls } from "./calls.ts";
import { deleteGitCredential, listGitCredentials, putGitCredential } from "./credentials.ts";
import type { Cursors } from "./cursor.ts";
import type { Connections } from "./dialects/connections.ts";
import { findRepeated } from "./idempotency.ts";
import { label } from "./labels.ts";
import { listRuns } from "./listing.ts";
import { move } from "./runs-move.ts";
import { findRun, newestRun, resolveRun } from "./runs-read.ts";
import { submit } from "./runs-submit.ts";
import { addUpload, findUpload } from "./uploads.ts";

/** What the records of a user are made of. */
export interface UserStoreDeps extends Connections {
  readonly clock: Clock;
  readonly cursors: Cursors;
}

/** The records of one user: every function below gets the name, and asks for it in every query. */
export function userStore(deps: UserStoreDeps, userName: string): UserStore {
  const { read, clock } = deps;
  return {
    userName,
    submit: (newRun) => submit(deps, userName, newRun),
    findRepeated: (key) => findRepeated(read, userName, key, clock.now()),
    find: (runId) => findRun(read, userName, runId),
    newest: (workflow) => newestRun(read, userName, workflow),
    resolve: (workflow, nameOrRunId) => resolveRun(read, userName, workflow, nameOrRunId),
    list: (filter, page) => listRuns(deps, userName, filter, page),
    calls: (runId) => readCalls(read, userName, runId),
    move: (runId, to, at, patch, from) =>
      move(deps, userName, { runId, to, at, ...(patch && { patch }), ...(from && { from }) }),
    label: (runId, labels) => label(deps, userName, runId, labels),
    addUpload: (upload) => addUpload(deps, userName, upload),
    findUpload: (uploadId) => findUpload(read, userName, uploadId),
    putGitCredential: (credential) => putGitCredential(deps, userName, credential),
    findGitCredential: async (host) => (await listGitCredentials(read, userName, host))[0],
    listGitCredentials: () => listGitCredentials(read, userName),
    deleteGitCredential: (host) => deleteGitCredential(deps, userName, host),
  };
}
