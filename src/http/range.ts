import type { ByteRange } from "#src/objects/objects.ts";

/** Answers the part of a file that a `Range` header asks for; `undefined` when it lies outside of the file. */
export type RangeOf = (sizeBytes: number) => ByteRange | undefined;

/** One range: `bytes=0-99`, `bytes=100-` or `bytes=-50`. */
const ONE_RANGE = /^bytes=(?:(\d{1,15})-(\d{1,15})?|-(\d{1,15}))$/;

/**
 * Reads a `Range` header (RFC 9110, 14.1.2). Without one, or with several ranges, one that ends before it
 * starts or another unit, the whole file is meant, as the RFC allows.
 */
export function parseRange(header: string | undefined): { readonly partial: boolean; readonly of: RangeOf } {
  const match = header === undefined ? null : ONE_RANGE.exec(header.trim());
  const [, first, last, suffix] = match ?? [];
  const backwards = first !== undefined && last !== undefined && Number(last) < Number(first);
  if (!match || backwards) return { partial: false, of: (sizeBytes) => ({ start: 0, end: sizeBytes }) };
  const of: RangeOf = (sizeBytes) => {
    const start = first === undefined ? Math.max(0, sizeBytes - Number(suffix)) : Number(first);
    const end = last === undefined ? sizeBytes : Math.min(Number(last) + 1, sizeBytes);
    return start < end ? { start, end } : undefined;
  };
  return { partial: true, of };
}
