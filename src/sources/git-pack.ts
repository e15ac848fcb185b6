import { setImmediate as nextTurn } from "node:timers/promises";
import { promisify } from "node:util";
import { type InflateRaw, inflate, inflateSync } from "node:zlib";
import { AweError } from "#src/errors.ts";
import { type SourceLimits, sizeText } from "./limits.ts";
import { refusal } from "#src/model/refusal.ts";

/** What a pack may hold. */
export type PackLimits = Pick<SourceLimits, "objects" | "unpackedBytes" | "ratio">;

/** Inflated with `info`: the bytes, and the engine, which knows how much of its input it has used. */
interface Inflated {
  readonly buffer: Buffer;
  readonly engine: InflateRaw;
}

const inflateAside = promisify(inflate) as unknown as (input: Uint8Array, options: object) => Promise<Inflated>;
const inflateHere = inflateSync as unknown as (input: Uint8Array, options: object) => Inflated;

/** Objects below this size are inflated at once: the way to the thread pool and back costs more than they do. */
const SMALL_BYTES = 64 * 1024;
/** Small objects in one turn of the event loop: about 5 ms. */
const OBJECTS_PER_TURN = 200;

const OFS_DELTA = 6;
const REF_DELTA = 7;

/**
 * Walks a pack before isomorphic-git indexes it, which inflates whatever it finds: a pack of a few MiB may hold many GiB.
 *
 * Counts what every object says it unpacks to, deltas by the size of their result, and holds each to what it says.
 * Layout: https://git-scm.com/docs/gitformat-pack
 *
 * @throws {AweError} `invalid_source` for a pack beyond the limits or a broken one.
 */
export async function checkPack(pack: Uint8Array, limits: PackLimits, repo: string): Promise<void> {
  try {
    await walk(Buffer.from(pack.buffer, pack.byteOffset, pack.byteLength), limits, repo);
  } catch (thrown) {
    if (thrown instanceof AweError) throw thrown;
    throw refusal(`The server of ${repo} sent a pack that cannot be read.`, "Try again later.", undefined, thrown);
  }
}

async function walk(pack: Buffer, limits: PackLimits, repo: string): Promise<void> {
  if (pack.toString("latin1", 0, 4) !== "PACK") throw new Error("no pack header");
  const count = pack.readUInt32BE(8);
  if (count > limits.objects) {
    throw refusal(
      `The repository ${repo} holds more than ${limits.objects} objects.`,
      "Keep the workflow in a smaller one.",
    );
  }
  const tooLarge = () =>
    refusal(
      `The repository ${repo} unpacks to more than ${sizeText(limits.unpackedBytes)}.`,
      "Keep large data out of the repository that holds the workflow.",
    );
  let total = 0;
  let offset = 12;
  for (let index = 0; index < count; index++) {
    const object = readHeader(pack, offset);
    total += object.size;
    if (total > limits.unpackedBytes) throw tooLarge();
    const options = { maxOutputLength: Math.max(1, object.size), info: true };
    const input = pack.subarray(object.start);
    const { buffer, engine } =
      object.size < SMALL_BYTES ? inflateHere(input, options) : await inflateAside(input, options);
    if (buffer.byteLength !== object.size) throw new Error("an object of another size than it says");
    if (object.type === OFS_DELTA || object.type === REF_DELTA) total += deltaResultSize(buffer);
    if (total > limits.unpackedBytes) throw tooLarge();
    offset = object.start + engine.bytesWritten;
    if (index % OBJECTS_PER_TURN === 0) await nextTurn();
  }
}

/** Type and size of the object at `offset`, and where its deflated bytes start. */
function readHeader(pack: Buffer, offset: number): { type: number; size: number; start: number } {
  let at = offset;
  let byte = pack.readUInt8(at++);
  const type = (byte >> 4) & 7;
  let size = byte & 15;
  for (let scale = 16; byte & 0x80; scale *= 128) {
    byte = pack.readUInt8(at++);
    size += (byte & 0x7f) * scale;
  }
  if (type === OFS_DELTA) while (pack.readUInt8(at++) & 0x80);
  if (type === REF_DELTA) at += 20;
  return { type, size, start: at };
}

/** A delta begins with the size of its base and the size of its result. */
function deltaResultSize(delta: Buffer): number {
  let at = 0;
  const next = (): number => {
    let size = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = delta.readUInt8(at++);
      size += (byte & 0x7f) * scale;
      if (!(byte & 0x80)) return size;
    }
  };
  next();
  return next();
}
