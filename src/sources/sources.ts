import type { SourceRequest } from "#src/model/submission.ts";

/** The files of a source, held as blobs: no link is followed and nothing is unpacked onto a disk path it names. */
export interface SourceTree {
  /** Paths relative to the root of the source, forward slashes, sorted. */
  readonly paths: readonly string[];
  /** `undefined` for an unknown path. */
  read(path: string): Promise<Uint8Array | undefined>;
}

/** A source, fetched. */
export interface FetchedSource {
  readonly tree: SourceTree;
  /** The 40-digit commit for Git; what the caller told for an archive; else `null`. */
  readonly commit: string | null;
  /** Main document, when the source says so by itself (`url`, `inline`); else found by `findMain`. */
  readonly main: string | null;
  /** Inputs, options and labels that came as addresses; empty objects when there were none. */
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly options: Readonly<Record<string, unknown>>;
  readonly labels: Readonly<Record<string, unknown>>;
}

/** A name and password for one Git host. */
export interface HostCredential {
  readonly userName: string;
  readonly password: string;
}

/** Finds a stored credential of the user whose source is fetched. */
export type FindCredential = (host: string) => Promise<HostCredential | undefined>;

/**
 * Fetches what a request names. Every address is checked after name resolution against private networks; size, count,
 * depth, time and redirects are bounded.
 */
export interface Sources {
  /**
   * Asks whether a Git or URL source is there, for at most `deadlineMs`: `late` when there was no answer by then.
   * Nothing is asked for inline and archived sources.
   *
   * @throws {AweError} `invalid_source` with a finding when the answer is no.
   */
  probe(source: SourceRequest, credential: FindCredential, deadlineMs: number): Promise<"there" | "late">;
  /**
   * Fetches a source whole, a Git source at the one commit its ref stands for now.
   *
   * @throws {AweError} `invalid_source` with findings that name what is wrong and the remedy.
   */
  fetch(source: SourceRequest, credential: FindCredential): Promise<FetchedSource>;
  /** The text of an http(s) import of a WDL document, under the same bounds; `undefined` when it cannot be had. */
  fetchDocument(address: string): Promise<string | undefined>;
}
