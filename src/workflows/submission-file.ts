import { AweError } from "#src/errors.ts";
import { isObject } from "#src/model/source-text.ts";
import type { SourceRequest, Submission } from "#src/model/submission.ts";
import { packBundle, unpackBundle } from "./bundle.ts";

const HEAD = "submission.json";
const BYTES = "source.zip";

/** A submission as one zip: its JSON, and beside it the bytes that came with it. The same bytes for the same submission. */
export function packSubmission(submission: Submission): Promise<Uint8Array> {
  const { source } = submission;
  const bytes = bytesOf(source);
  const head = { ...submission, source: source && { ...source, ...without(source) } };
  const files = new Map<string, Uint8Array>([[HEAD, new TextEncoder().encode(JSON.stringify(head))]]);
  if (bytes) files.set(BYTES, bytes);
  return packBundle(files);
}

/**
 * Reads what `packSubmission` wrote.
 *
 * @throws {AweError} `internal` when it is something else.
 */
export async function unpackSubmission(packed: Uint8Array): Promise<Submission> {
  const files = await unpackBundle(packed).catch((cause: unknown) => {
    throw new AweError("internal", "a stored submission cannot be read", { cause });
  });
  const head = files.get(HEAD);
  const parsed: unknown = head && JSON.parse(new TextDecoder().decode(head));
  if (!isObject(parsed)) throw new AweError("internal", "a stored submission has no submission.json");
  const submission = parsed as unknown as Submission;
  return { ...submission, source: submission.source && withBytes(submission.source, files.get(BYTES)) };
}

function bytesOf(source: SourceRequest | null): Uint8Array | null {
  if (source?.kind === "archive") return source.zip;
  return source?.kind === "inline" ? source.dependencies : null;
}

/** What stands in JSON where the bytes were. */
function without(source: SourceRequest): object {
  if (source.kind === "archive") return { zip: null };
  return source.kind === "inline" ? { dependencies: null } : {};
}

function withBytes(source: SourceRequest, bytes: Uint8Array | undefined): SourceRequest {
  if (source.kind === "archive") return { ...source, zip: bytes ?? new Uint8Array() };
  return source.kind === "inline" ? { ...source, dependencies: bytes ?? null } : source;
}
