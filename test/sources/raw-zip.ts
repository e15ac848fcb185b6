import { crc32 } from "node:zlib";

/** One entry as it is to stand in the zip, right or wrong. */
export interface RawEntry {
  readonly name: string;
  readonly content?: string;
  /** Packed bytes, in place of `content`. */
  readonly raw?: Uint8Array;
  readonly method?: number;
  /** The size that the zip tells, where it is not the true one. */
  readonly size?: number;
  readonly crc?: number;
  readonly flags?: number;
  readonly unixMode?: number;
}

/** Writes a zip byte by byte, so that it can say what no honest tool would. */
export function rawZip(entries: readonly RawEntry[]): Uint8Array {
  const locals: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const entry of entries) {
    const name = Buffer.from(entry.name);
    const body = Buffer.from(entry.raw ?? Buffer.from(entry.content ?? ""));
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt16LE(0x800 | (entry.flags ?? 0), 2);
    fields.writeUInt16LE(entry.method ?? 0, 4);
    fields.writeUInt32LE(entry.crc ?? crc32(body), 10);
    fields.writeUInt32LE(body.length, 14);
    fields.writeUInt32LE(entry.size ?? body.length, 18);
    fields.writeUInt16LE(name.length, 22);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(((entry.unixMode ?? 0o100644) << 16) >>> 0, 6);
    rest.writeUInt32LE(offset, 10);
    const local = Buffer.concat([Buffer.from("PK\x03\x04"), fields, name, body]);
    locals.push(local);
    central.push(Buffer.from("PK\x01\x02"), Buffer.from([20, 3]), fields, rest, name);
    offset += local.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(entries.length, 4);
  end.writeUInt16LE(entries.length, 6);
  end.writeUInt32LE(directory.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...locals, directory, Buffer.from("PK\x05\x06"), end]);
}
