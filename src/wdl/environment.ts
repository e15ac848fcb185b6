import type { WdlVersion } from "./ast.ts";
import type { Eventual } from "./eventual.ts";
import type { Type } from "./types.ts";
import type { Value } from "./values.ts";

/** What an expression needs from outside. */
export interface Environment {
  /**
   * The value of a declaration, a scatter variable, or a call (an object of its outputs).
   *
   * Return the value itself where it is known. For a command, Files must have their local paths here already: text such
   * as `"--in " + file` cannot be mapped afterwards. `member` is given where the expression goes on with `.member`: a call
   * may have the name of a declaration, and it is meant only then. The answer is the whole value in either case.
   */
  lookup(name: string, member?: string): Eventual<Value>;
  readonly version: WdlVersion;
  readonly structs: ReadonlyMap<string, Type & { kind: "struct" }>;
  readonly io: Io;
}

/** All that evaluation does to the world. The engine supplies it per call, confined to what the call may touch. */
export interface Io {
  /** Text of a file of at most `maxBytes`, else a WdlError. A relative path is inside the execution folder. */
  readText(path: string, maxBytes: number): Promise<string>;
  sizeBytes(path: string): Promise<number>;
  /** Writes what `write_lines` & co. give, under a name made of the function's and the MD5 of the content; returns the path. */
  writeText(functionName: string, content: string): Promise<string>;
  /** The files that a shell pattern matches. Only in task outputs, else a WdlError. */
  glob(pattern: string): Promise<readonly string[]>;
  /** Path of the standard output. Only in task outputs, else throws a WdlError. */
  stdout(): string;
  /** Path of the standard error. Only in task outputs, else throws a WdlError. */
  stderr(): string;
}
