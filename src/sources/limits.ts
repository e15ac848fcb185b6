/** The bounds of everything fetched by a caller's word. Sizes in bytes, times in milliseconds. */
export interface SourceLimits {
  readonly fetchMs: number;
  readonly idleMs: number;
  readonly redirects: number;
  readonly documentBytes: number;
  readonly documents: number;
  readonly archiveBytes: number;
  readonly packBytes: number;
  readonly refsBytes: number;
  readonly historyDepth: number;
  readonly unpackedBytes: number;
  readonly ratio: number;
  readonly files: number;
  readonly objects: number;
  readonly fileBytes: number;
  readonly pathDepth: number;
  readonly pathLength: number;
}

const MIB = 1024 * 1024;

/**
 * The limits that AWE runs with; the reasons stand in the table of `docs/sources.md`, which a test compares with this.
 *
 * They bound memory first of all: a source is held in memory, never on disk, and several may be prepared at once.
 */
export const SOURCE_LIMITS: SourceLimits = {
  fetchMs: 120_000,
  idleMs: 20_000,
  redirects: 5,
  documentBytes: 4 * MIB,
  documents: 500,
  archiveBytes: 64 * MIB,
  packBytes: 64 * MIB,
  refsBytes: 16 * MIB,
  historyDepth: 100,
  unpackedBytes: 256 * MIB,
  ratio: 200,
  files: 20_000,
  objects: 100_000,
  fileBytes: 32 * MIB,
  pathDepth: 32,
  pathLength: 1_024,
};

/** A size for people: `64 MiB`, `512 KiB`, `900 bytes`. */
export function sizeText(bytes: number): string {
  if (bytes >= MIB) return `${+(bytes / MIB).toFixed(1)} MiB`;
  return bytes >= 1024 ? `${+(bytes / 1024).toFixed(1)} KiB` : `${bytes} bytes`;
}
