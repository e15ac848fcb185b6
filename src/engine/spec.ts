import { z } from "zod";

import { AweError } from "../errors.ts";
import type { EngineSpec } from "./start.ts";

const schema = z.strictObject({
  root: z.string().min(1),
  listen: z.discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("socket"), path: z.string().min(1) }),
    z.strictObject({ kind: z.literal("port"), host: z.string().min(1), port: z.int().min(0).max(65_535) }),
  ]),
  account: z
    .strictObject({ uid: z.int().min(1), gid: z.int().min(1), name: z.string().min(1).exactOptional() })
    .exactOptional(),
  environment: z.record(z.string(), z.string()),
  key: z.string().min(16).exactOptional(),
  cores: z.number().positive().exactOptional(),
  memoryBytes: z.number().positive().exactOptional(),
  maxConcurrentRuns: z.int().positive().exactOptional(),
});

/**
 * Reads a launch specification.
 *
 * @throws {AweError} `invalid_request`, naming what is wrong. The text itself is never repeated: it may hold secrets.
 */
export function readSpec(text: string): EngineSpec {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new AweError("invalid_request", "the engine's specification is no JSON");
  }
  const read = schema.safeParse(json);
  if (read.success) return read.data;
  const issues = read.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
  throw new AweError("invalid_request", `the engine's specification is wrong: ${issues.join("; ")}`);
}
