import { refusal } from "#src/model/refusal.ts";
import { editDistance } from "#src/nearest.ts";

/** A branch, tag or other name that a server advertises. */
export interface RemoteRef {
  readonly ref: string;
  readonly oid: string;
  /** What an annotated tag stands for in the end. */
  readonly peeled?: string | undefined;
}

/** What a ref asks for: a commit that the server advertises, or one to be looked for. */
export type Wanted =
  | { readonly kind: "tip"; readonly commit: string }
  | { readonly kind: "commit"; readonly commit: string }
  | { readonly kind: "abbreviated"; readonly prefix: string };

/**
 * Finds what `ref` stands for among the advertised refs: the default branch for `null`, then a full name, a branch, a tag,
 * a commit. A branch wins over a tag of the same name, as in `git clone --branch`.
 *
 * @throws {AweError} that names the ref, and similar ones, when there is none.
 */
export function resolveRef(refs: readonly RemoteRef[], ref: string | null, repo: string): Wanted {
  const byName = new Map(refs.map((ref) => [ref.ref, ref]));
  const commitOf = (found: RemoteRef): Wanted => ({ kind: "tip", commit: found.peeled ?? found.oid });
  if (refs.length === 0) throw refusal(`The repository ${repo} is empty.`, "Push a branch that holds a WDL file.");
  if (ref === null) {
    const head = byName.get("HEAD");
    if (head) return commitOf(head);
    throw refusal(
      `The repository ${repo} has no default branch.`,
      `Name a ref: ${list(shortNames(refs).slice(0, 5))}.`,
    );
  }
  const named = [ref, `refs/heads/${ref}`, `refs/tags/${ref}`, `refs/${ref}`]
    .map((name) => byName.get(name))
    .find(Boolean);
  if (named) return commitOf(named);
  if (/^[0-9a-f]{40}$/i.test(ref)) {
    const commit = ref.toLowerCase();
    const isTip = refs.some(({ oid, peeled }) => oid === commit || peeled === commit);
    return { kind: isTip ? "tip" : "commit", commit };
  }
  if (/^[0-9a-f]{7,39}$/i.test(ref)) return resolveAbbreviated(refs, ref.toLowerCase(), repo);
  throw unknownRef(refs, ref, repo);
}

function resolveAbbreviated(refs: readonly RemoteRef[], prefix: string, repo: string): Wanted {
  const tips = new Set(refs.map(({ oid, peeled }) => peeled ?? oid).filter((oid) => oid.startsWith(prefix)));
  const [commit] = tips;
  if (tips.size > 1) throw ambiguousCommit(prefix, repo);
  return commit === undefined ? { kind: "abbreviated", prefix } : { kind: "tip", commit };
}

/** The error for an abbreviated commit that several objects share. */
export function ambiguousCommit(prefix: string, repo: string): Error {
  return refusal(`The commit ${prefix} is ambiguous in ${repo}.`, "Give more of its digits.");
}

/** The error for a ref that is not there. */
function unknownRef(refs: readonly RemoteRef[], ref: string, repo: string): Error {
  const similar = similarNames(ref, shortNames(refs));
  return refusal(
    `The repository ${repo} has no branch, tag or commit named ${JSON.stringify(ref.slice(0, 100))}.`,
    similar.length > 0 ? `Did you mean ${list(similar)}?` : "Leave ref out to use the default branch.",
  );
}

/** Up to five of `names` that are most like `name`, best first; none that is unlike it altogether. */
function similarNames(name: string, names: readonly string[]): readonly string[] {
  const wanted = name.slice(0, 100).toLowerCase();
  return names
    .slice(0, 5_000)
    .map((candidate) => ({ candidate, unlikeness: unlikeness(wanted, candidate.toLowerCase()) }))
    .filter(({ unlikeness }) => unlikeness <= 0.5)
    .sort((a, b) => a.unlikeness - b.unlikeness || (a.candidate < b.candidate ? -1 : 1))
    .slice(0, 5)
    .map(({ candidate }) => candidate);
}

function shortNames(refs: readonly RemoteRef[]): readonly string[] {
  return refs.flatMap(({ ref }) => /^refs\/(?:heads|tags)\/(.+)$/.exec(ref)?.[1] ?? []);
}

function list(names: readonly string[]): string {
  return names.map((name) => JSON.stringify(name)).join(", ");
}

/** 0 for equal names, 1 for names without anything in common: edits over length, less when one holds the other. */
function unlikeness(a: string, b: string): number {
  if (a.length > 1 && b.length > 1 && (a.includes(b) || b.includes(a))) return 0.25;
  if (Math.abs(a.length - b.length) > a.length) return 1;
  return editDistance(a, b) / Math.max(a.length, b.length);
}
