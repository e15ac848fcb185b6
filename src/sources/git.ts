import * as git from "isomorphic-git";

import type { SourceRequest } from "#src/model/submission.ts";
import { AweError } from "#src/errors.ts";
import { parseRepository } from "./git-address.ts";
import { memoryFiles } from "./git-memory.ts";
import { checkPack } from "./git-pack.ts";
import { ambiguousCommit, resolveRef, type Wanted } from "./git-refs.ts";
import { type GitDeps, type GitSession, openSession } from "./git-session.ts";
import { commitTree, type Repository } from "./git-tree.ts";
import { sizeText } from "./limits.ts";
import { refusal } from "#src/model/refusal.ts";
import type { FetchedSource, FindCredential } from "./sources.ts";

const GITDIR = "/repository";
/** isomorphic-git fetches nothing into a repository that does not say where fetched refs go. */
const START: ReadonlyMap<string, Uint8Array> = new Map([
  [`${GITDIR}/config`, Buffer.from('[remote "origin"]\n\tfetch = +refs/heads/*:refs/remotes/origin/*\n')],
]);

/** A source in a Git repository. */
export type GitRequest = SourceRequest & { kind: "git" };

/**
 * Asks whether a repository is there and has the ref. A commit that is no tip of a branch or tag is believed until it is
 * fetched.
 *
 * @throws {AweError} `invalid_source` when the answer is no.
 */
export async function probeGit(
  deps: GitDeps,
  source: GitRequest,
  credential: FindCredential,
  signal: AbortSignal,
): Promise<void> {
  const session = await openSession(deps, parseRepository(source.repo), credential, signal);
  resolveRef(session.refs, source.ref, session.repo);
}

/**
 * Fetches one commit without its history, into memory.
 *
 * @throws {AweError} `invalid_source` when it is not there or beyond the limits.
 */
export async function fetchGit(
  deps: GitDeps,
  source: GitRequest,
  credential: FindCredential,
  signal: AbortSignal,
): Promise<FetchedSource> {
  const session = await openSession(deps, parseRepository(source.repo), credential, signal);
  const wanted = resolveRef(session.refs, source.ref, session.repo);
  const { repository, commit } = await fetchWanted(deps, session, wanted, source.ref);
  const tree = await commitTree(repository, commit, deps.limits).catch((thrown: unknown) => {
    throw thrown instanceof AweError ? thrown : unreadable(session, thrown);
  });
  return { tree, commit, main: null, inputs: {}, options: {}, labels: {} };
}

async function fetchWanted(
  deps: GitDeps,
  session: GitSession,
  wanted: Wanted,
  ref: string | null,
): Promise<{ repository: Repository; commit: string }> {
  if (wanted.kind !== "abbreviated") {
    const repository = await fetchPack(deps, session, wanted.commit);
    const kind = await kindOf(repository, wanted.commit);
    if (kind === "commit") return { repository, commit: wanted.commit };
    if (kind !== undefined) {
      throw refusal(
        `${ref ?? "HEAD"} of ${session.repo} stands for a ${kind}, not for a commit.`,
        "Name a branch or commit.",
      );
    }
    if (wanted.kind === "tip") throw unreadable(session);
  }
  return searchHistory(deps, session, wanted.kind === "abbreviated" ? wanted.prefix : wanted.commit);
}

/**
 * Looks for a commit that the server does not hand out by its id (it is abbreviated, or the server gives only tips) in the
 * newest history of all branches.
 */
async function searchHistory(
  deps: GitDeps,
  session: GitSession,
  prefix: string,
): Promise<{ repository: Repository; commit: string }> {
  const depth = deps.limits.historyDepth;
  const repository = await fetchPack(deps, session, undefined);
  try {
    const commit = await git.expandOid({ ...repository, oid: prefix });
    if ((await kindOf(repository, commit)) === "commit") return { repository, commit };
  } catch (thrown) {
    if (thrown instanceof git.Errors.AmbiguousError) throw ambiguousCommit(prefix, session.repo);
    if (!(thrown instanceof git.Errors.NotFoundError)) throw unreadable(session, thrown);
  }
  throw refusal(
    `The repository ${session.repo} has no commit ${prefix} among the newest ${depth} of each branch.`,
    prefix.length < 40
      ? "Give all 40 digits of the commit."
      : "Check the commit, or name a branch or tag that holds it.",
  );
}

/** Fetches one commit without history, or with `undefined` the newest history of all branches. */
async function fetchPack(deps: GitDeps, session: GitSession, commit: string | undefined): Promise<Repository> {
  let refused: unknown;
  const note =
    <A extends unknown[], T>(action: (...args: A) => Promise<T>) =>
    (...args: A): Promise<T> =>
      action(...args).catch((thrown: unknown) => {
        refused ??= thrown;
        throw thrown;
      });
  const fs = memoryFiles(
    START,
    note(async (path, bytes) => {
      if (path.endsWith(".pack")) await checkPack(bytes, deps.limits, session.repo);
    }),
  );
  const repository = { fs, gitdir: GITDIR, cache: {} };
  const http = { request: note(session.http.request) };
  const { url } = session;
  const what =
    commit === undefined
      ? { singleBranch: false, depth: deps.limits.historyDepth, ref: session.refs[0]?.ref ?? "HEAD" }
      : { singleBranch: true, depth: 1, ref: commit };
  try {
    await git.fetch({ ...repository, http, url, remote: "origin", tags: false, ...what });
  } catch (thrown) {
    if (refused instanceof AweError) throw explainSize(deps, session, refused, commit);
    // Servers refuse a commit that is no tip in several ways; whoever asked for it looks whether it came.
    if (!(thrown instanceof git.Errors.HttpError) && commit === undefined) throw unreadable(session, thrown);
  }
  return repository;
}

/** What an object is, or `undefined` when the pack lacks it. */
async function kindOf(repository: Repository, oid: string): Promise<string | undefined> {
  try {
    return (await git.readObject({ ...repository, oid, format: "parsed" })).type;
  } catch {
    return undefined;
  }
}

function explainSize(deps: GitDeps, session: GitSession, refused: AweError, commit: string | undefined): AweError {
  if (!refused.message.includes("larger than the limit")) return refused;
  return commit === undefined
    ? refusal(
        `The server of ${session.repo} does not hand out that commit by its id, and its history is too large to search.`,
        "Name a branch or tag, or all 40 digits of the commit.",
        undefined,
        refused,
      )
    : refusal(
        `The repository ${session.repo} is larger than the limit of ${sizeText(deps.limits.packBytes)} (one commit, packed).`,
        "Keep large data out of the repository that holds the workflow.",
        undefined,
        refused,
      );
}

function unreadable(session: GitSession, cause?: unknown): AweError {
  return refusal(`The repository ${session.repo} could not be read.`, "Try again later.", undefined, cause);
}
