/** Part of a file: `start` inclusive, `end` exclusive, in bytes. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** Bytes on their way out. The receiver reads or cancels `body`; an unread one holds a process. */
export interface OpenBytes {
  /** Of the whole file, not of the range. */
  readonly sizeBytes: number;
  readonly body: ReadableStream<Uint8Array>;
}

/** A file to be placed where the user's engine can read it. */
interface StagedFile {
  /** Relative, forward slashes, no `..`. */
  readonly path: string;
  readonly bytes: Uint8Array;
}

/**
 * Where bytes live: AWE's own objects of each user (closures, archived metadata), and the user's files.
 *
 * `test/contract/objects.contract.ts` is the specification. Keys match `^[a-z]+/[A-Za-z0-9._-]+$`.
 */
export interface Objects {
  /** Stores an object, durably, all or nothing; the same key again replaces it. */
  put(userName: string, key: string, bytes: Uint8Array): Promise<void>;
  /** `undefined` when there is none. */
  get(userName: string, key: string): Promise<Uint8Array | undefined>;
  /** Deleting what is not there is no error. */
  delete(userName: string, key: string): Promise<void>;

  /**
   * Opens a file that an engine reported or a user's task made, as that user: with the rights of the user's own account
   * and no others. `undefined` when the user cannot read a regular file there; the reasons are not told apart.
   */
  open(
    userName: string,
    path: string,
    range?: (sizeBytes: number) => ByteRange | undefined,
  ): Promise<OpenBytes | undefined>;
  /** Size of such a file, or `undefined`. */
  size(userName: string, path: string): Promise<number | undefined>;
  /** Writes a closure's input files below the user's own part, as the user, and answers the folder's absolute path. Idempotent for the same `name`. */
  stage(userName: string, name: string, files: readonly StagedFile[]): Promise<string>;
  /**
   * Receives an upload as the user and answers its absolute path, size and SHA-256 in hex.
   *
   * @throws {AweError} `too_large` beyond `limitBytes`; nothing stays behind.
   */
  receive(
    userName: string,
    uploadId: string,
    name: string,
    body: AsyncIterable<Uint8Array>,
    limitBytes: number,
  ): Promise<{ path: string; sizeBytes: number; sha256: string }>;
  /** Absolute path of a received upload, for an engine's inputs. */
  uploadPath(userName: string, uploadId: string, name: string): string;
  /** True when an absolute path lies below AWE's state folder but outside of the user's own part. Lexical. */
  isForeign(userName: string, path: string): boolean;
}
