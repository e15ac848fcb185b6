import type { JsonObject } from "./run.ts";

/**
 * Everything a run needs, resolved and frozen.
 *
 * WDL documents import each other by the paths they have here; nothing is fetched after a closure is made.
 */
export interface Closure {
  /** Path of the main document among `documents`. */
  readonly main: string;
  /** Text of every WDL document that the main one reaches, itself included, by path. */
  readonly documents: ReadonlyMap<string, string>;
  /** Files of the source that relative `File` inputs name, by path. */
  readonly inputFiles: ReadonlyMap<string, Uint8Array>;
  /**
   * The inputs. A File that belongs to `inputFiles` reads `awe-closure:<path>`, one that was uploaded
   * `awe-upload:<id>/<name>`; both become absolute paths at the hand-over.
   */
  readonly inputs: JsonObject;
  readonly options: JsonObject;
  /** Labels that came with the source (`labelsUrl`). */
  readonly labels: Readonly<Record<string, string>>;
  /** Name of the WDL workflow. */
  readonly wdlName: string;
  /** SHA-256 in hex over all of the above; the same for the same content. */
  readonly hash: string;
}
