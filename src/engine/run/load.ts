import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

import { AweError, errorText } from "../../errors.ts";
import type { Diagnostic } from "../../wdl/diagnostics.ts";
import { checkInputs } from "../../wdl/inputs/check-inputs.ts";
import { loadProgram } from "../../wdl/load.ts";
import type { Program, Unit } from "../../wdl/program.ts";
import type { SubmissionParts } from "../state/workflows.ts";
import { failure } from "../tasks/job.ts";
import type { Failure } from "../tasks/job.ts";
import { readArchive } from "./archive.ts";

/** More than any WDL document has; Cromwell's limit for a part of a submission. */
const DOCUMENT_BYTES = 8 * 1024 * 1024;

/** How long a server may take to give a document. */
const FETCH_TIMEOUT_MS = 30_000;

/** A submission that can be run, or why it cannot. */
export type Loaded =
  | {
      readonly kind: "program";
      readonly program: Program;
      /** Text of all documents but the main one, by path. */
      readonly imports: Readonly<Record<string, string>>;
    }
  | { readonly kind: "failed"; readonly failure: Failure };

/** Parses and checks what was submitted, inputs included. Never throws for what a user can get wrong. */
export async function loadSubmission(parts: SubmissionParts, dependencies: Uint8Array | undefined): Promise<Loaded> {
  try {
    const archive = dependencies ? await readArchive(dependencies) : undefined;
    const { source, url } = parts;
    const main = url ?? (archive?.has("main.wdl") ? "submitted-source.wdl" : "main.wdl");
    const program = await loadProgram(main, async (file) => {
      if (file === main && source !== undefined) return source;
      if (/^(https?|file):/i.test(file)) return await fetchDocument(file);
      return await archive?.read(file);
    });
    const wrong = program.diagnostics.filter(isError);
    if (wrong.length > 0) return failed(wrong.map(documentFailure));
    if (!program.main.document.workflow) {
      return failed([failure("Cannot run a document without a workflow: add a workflow section that calls the tasks")]);
    }
    const inputs = JSON.parse(parts.inputs) as Record<string, unknown>;
    const unfit = checkInputs(program, inputs).filter(isError);
    if (unfit.length > 0) return failed(unfit.map(inputFailure));
    return { kind: "program", program, imports: importedTexts(program.main) };
  } catch (thrown) {
    return failed([failure(errorText(thrown))]);
  }
}

function isError({ severity }: Diagnostic): boolean {
  return severity === "error";
}

function failed(causes: readonly Failure[]): Loaded {
  return { kind: "failed", failure: failure("Workflow input processing failed", causes) };
}

function documentFailure({ file, line, column, message, hint }: Diagnostic): Failure {
  const place = file === undefined ? "" : ` (${[file, line, column].filter((part) => part !== undefined).join(":")})`;
  return failure(`Failed to process workflow definition: ${message}${place}${hint === undefined ? "" : `. ${hint}`}`);
}

/** Clients look for Cromwell's own words where an input is missing; elsewhere ours say more. */
function inputFailure({ rule, message }: Diagnostic): Failure {
  const name = /^\S+(?=: )/.exec(message)?.[0];
  return failure(
    rule === "missing-input" && name !== undefined ? `Required workflow input '${name}' not specified` : message,
  );
}

/**
 * Text of a document at an address; `undefined` where the server has none.
 *
 * The engine runs as its user and so do the tasks, so it may fetch whatever the user could.
 */
export async function fetchDocument(address: string): Promise<string | undefined> {
  if (/^file:/i.test(address)) return await readFile(fileURLToPath(address), "utf8");
  const response = await fetch(address, { signal: AbortSignal.timeout(FETCH_TIMEOUT_MS) });
  if (response.status === 404) return undefined;
  if (!response.ok || !response.body) {
    throw new AweError("invalid_source", `cannot read ${address}: the server answers ${response.status}`);
  }
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    if (size > DOCUMENT_BYTES) throw new AweError("too_large", `${address} is larger than ${DOCUMENT_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function importedTexts(main: Unit): Readonly<Record<string, string>> {
  const texts: Record<string, string> = {};
  const visit = (unit: Unit): void => {
    for (const imported of unit.imports.values()) {
      if (imported.file in texts) continue;
      texts[imported.file] = imported.text;
      visit(imported);
    }
  };
  visit(main);
  return texts;
}
