import type { Value } from "../../wdl/values.ts";

/** Cromwell's units are binary whether written `GB` or `GiB` (its MemoryUnit.java). */
const POWERS: Readonly<Record<string, number>> = { "": 0, k: 1, m: 2, g: 3, t: 4 };

/** The bytes that a `memory` attribute asks for: a number of bytes, or text such as "2 GB" or "512MiB". */
export function memoryBytes(value: Value): number | undefined {
  if (value.kind === "int" || value.kind === "float") return positive(value.value);
  if (value.kind !== "string") return undefined;
  const match = /^\s*(\d+(?:\.\d+)?)\s*(?:([kmgt]?)i?b?|bytes?)\s*$/i.exec(value.value);
  if (!match) return undefined;
  return positive(Number(match[1]) * 1024 ** (POWERS[(match[2] ?? "").toLowerCase()] ?? 0));
}

function positive(bytes: number): number | undefined {
  return bytes > 0 && Number.isFinite(bytes) ? Math.ceil(bytes) : undefined;
}
