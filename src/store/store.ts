import type { Call, Failure, JsonObject, Phase, Run, RunSource } from "#src/model/run.ts";
import type { User } from "#src/model/user.ts";

/**
 * AWE's own records. One implementation for SQLite and MariaDB (`kysely/`); `test/contract/store.contract.ts` is the
 * real specification.
 *
 * Nothing of a user's can be read or written without naming the user: all such calls live on `UserStore`.
 */
export interface Store {
  readonly users: Users;
  /** The records of one user, and of nobody else. Cheap; makes no query. */
  of(userName: string): UserStore;
  /** What the control loop sees: runs of all users that need something done. Never reached from a request. */
  readonly control: ControlStore;
  /** Runs of all users, for a verified administrator's listing only. */
  listAllRuns(filter: RunFilter, page: PageRequest): Promise<Page<Run>>;
  /** A run of whoever's, for a verified administrator only. */
  findAnyRun(runId: string): Promise<Run | undefined>;
  close(): Promise<void>;
}

/** Who exists. */
export interface Users {
  find(name: string): Promise<User | undefined>;
  findBySubject(issuer: string, subject: string): Promise<User | undefined>;
  /** Inserts unless the name or the subject is taken; answers whether it did. */
  add(user: User): Promise<boolean>;
}

/** A new run with all that is stored of it. */
export interface NewRun {
  readonly run: Run;
  /** The repeated-request guard, when the caller sent an `Idempotency-Key`. */
  readonly idempotency: Idempotency | null;
}

/** An `Idempotency-Key` with what it was sent with. */
export interface Idempotency {
  /** As sent, ≤ 255 characters; unique together with the user, `method` and `path`. */
  readonly key: string;
  readonly method: string;
  readonly path: string;
  /** SHA-256 of the body in hex: the same key with another body is an error. */
  readonly bodyHash: string;
}

/** What came of `submit`. */
export type SubmitOutcome =
  | { readonly kind: "accepted" }
  /** The workflow has a run that has not ended. */
  | { readonly kind: "active"; readonly runId: string }
  /** The key was used before (at most 24 h ago): the run it made then, and whether the body was the same. */
  | { readonly kind: "repeated"; readonly runId: string; readonly sameBody: boolean };

/** What may change together with a move. Absent keys stay as they are. */
export interface RunPatch {
  /** The moment of the move where a move to `running` says nothing else. */
  readonly startedAt?: Date;
  readonly source?: RunSource;
  readonly closureKey?: string;
  readonly wdlName?: string;
  readonly outputs?: JsonObject | null;
  readonly failures?: readonly Failure[];
  /** Replaces all calls of the run. */
  readonly calls?: readonly Call[];
  /** Added or overwritten by key, as by `label`: those that the user set meanwhile under other keys stay. */
  readonly labels?: Readonly<Record<string, string>>;
}

/** Narrows a listing; absent keys narrow nothing. */
export interface RunFilter {
  readonly phases?: readonly Phase[];
  readonly workflow?: string;
  readonly ensemble?: string;
  /** All of them must match; `value` absent matches any value of the key. */
  readonly labels?: readonly { readonly key: string; readonly value?: string }[];
  readonly submittedFrom?: Date;
  readonly submittedTo?: Date;
}

/** One page of a listing, newest first. */
export interface PageRequest {
  /** 1 to 500. */
  readonly size: number;
  /** As given by the page before; a cursor that was not made by this store is `invalid_request`. */
  readonly cursor?: string;
}

/** Items and the cursor of the next page, absent on the last one. Counts nothing. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly next?: string;
}

/** A file that a user uploaded to be an input. */
export interface Upload {
  readonly uploadId: string;
  readonly name: string;
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly createdAt: Date;
}

/** A stored user name for a Git host; the password itself lies among the secrets. */
export interface GitCredential {
  readonly host: string;
  readonly userName: string;
  readonly createdAt: Date;
}

/** The records of one user. */
export interface UserStore {
  readonly userName: string;
  /**
   * Records a run as `scheduled` or `held` (its `phase`) and makes it the newest of its workflow, all or nothing.
   * Looks at the idempotency key first, then at whether the workflow has an active run.
   */
  submit(newRun: NewRun): Promise<SubmitOutcome>;
  /** The run that the key made within 24 h, without submitting anything. */
  findRepeated(idempotency: Idempotency): Promise<{ runId: string; sameBody: boolean } | undefined>;
  find(runId: string): Promise<Run | undefined>;
  /** The newest run of a workflow. */
  newest(workflow: string): Promise<Run | undefined>;
  /** Newest of a workflow, or the one named by id if it belongs to that workflow. One query. */
  resolve(workflow: string, nameOrRunId: string): Promise<Run | undefined>;
  list(filter: RunFilter, page: PageRequest): Promise<Page<Run>>;
  calls(runId: string): Promise<readonly Call[]>;
  /**
   * Moves a run to `to` if `NEXT` allows it from where it is (and, where given, only from one of `from`), with the
   * patch in the same transaction. Answers whether the row moved: `false` is a late or repeated message, not an error.
   * A terminal move sets `endedAt` and frees the workflow's name.
   */
  move(runId: string, to: Phase, at: Date, patch?: RunPatch, from?: readonly Phase[]): Promise<boolean>;
  /** Adds or overwrites labels of a run, in any phase; answers the full set, `undefined` for an unknown run. */
  label(runId: string, labels: Readonly<Record<string, string>>): Promise<Readonly<Record<string, string>> | undefined>;

  addUpload(upload: Upload): Promise<void>;
  findUpload(uploadId: string): Promise<Upload | undefined>;

  putGitCredential(credential: GitCredential): Promise<void>;
  findGitCredential(host: string): Promise<GitCredential | undefined>;
  listGitCredentials(): Promise<readonly GitCredential[]>;
  deleteGitCredential(host: string): Promise<boolean>;
}

/** What the one holder of a lease may prove. */
export interface Lease {
  readonly name: string;
  /** Grows by one with each new holder; every `ready → starting` carries it. */
  readonly epoch: number;
}

/** The control loop's view. */
export interface ControlStore {
  /** Takes or prolongs a lease for `holder` until `until`; `undefined` while somebody else holds it. */
  lease(name: string, holder: string, now: Date, until: Date): Promise<Lease | undefined>;
  release(lease: Lease, holder: string): Promise<void>;
  /** Runs in the given phases, oldest move first, at most `limit` (≤ 1,000); none of `exceptUsers`. */
  inPhase(phases: readonly Phase[], limit: number, exceptUsers?: readonly string[]): Promise<readonly Run[]>;
  /** Users with at least one run in the given phases. */
  usersWith(phases: readonly Phase[]): Promise<readonly string[]>;
  /** Moves `ready → starting`, only while `lease` is still the newest of its name. */
  admit(userName: string, runId: string, at: Date, lease: Lease): Promise<boolean>;
  /** Forgets idempotency keys older than `before`. */
  forgetIdempotencyKeys(before: Date): Promise<void>;
}
