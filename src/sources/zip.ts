import { crc32 } from "node:zlib";
import { type Entry, fromBufferPromise, type ZipFile } from "yauzl";
import { AweError, errorText } from "#src/errors.ts";
import { type SourceLimits, sizeText } from "./limits.ts";
import { refusal } from "#src/model/refusal.ts";
import { pathFault, showPath } from "./tree.ts";

/** The bounds that an archive must keep. */
export type ZipLimits = Pick<
  SourceLimits,
  "archiveBytes" | "unpackedBytes" | "ratio" | "files" | "fileBytes" | "pathDepth" | "pathLength"
>;

/** The file kind in the upper half of the external attributes, where a Unix system made the entry. */
const KIND = 0o170000;
const REGULAR = 0o100000;
const FOLDER = 0o040000;

/** Small files may compress better than any ratio; the bound starts where it costs memory. */
const RATIO_FROM_BYTES = 1024 * 1024;

/**
 * Unpacks a zip into memory. Folders and empty entries for them are left out; nothing else that is not a plain file passes.
 *
 * Sizes are counted on the bytes that come out, never believed: a bomb ends at the limit, whatever its directory says.
 *
 * @throws {AweError} `invalid_source`, naming the entry and what is wrong with it. `what` names the archive in it.
 */
export async function readZip(bytes: Uint8Array, limits: ZipLimits, what: string): Promise<Map<string, Uint8Array>> {
  if (bytes.byteLength > limits.archiveBytes) {
    throw refusal(
      `${what} is larger than the limit of ${sizeText(limits.archiveBytes)}.`,
      "Leave out what no run needs.",
    );
  }
  try {
    const zip = await fromBufferPromise(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), {
      lazyEntries: true,
      decodeStrings: false,
      validateEntrySizes: true,
    });
    return await readEntries(zip, limits, what);
  } catch (thrown) {
    if (thrown instanceof AweError) throw thrown;
    throw refusal(`${what} is not a zip that can be read: ${errorText(thrown)}.`, "Pack it again.", undefined, thrown);
  }
}

async function readEntries(zip: ZipFile, limits: ZipLimits, what: string): Promise<Map<string, Uint8Array>> {
  const tooMany = `${what} holds more than ${limits.files} files.`;
  if (zip.entryCount > limits.files * 2) throw refusal(tooMany);
  const files = new Map<string, Uint8Array>();
  let total = 0;
  for await (const entry of zip.eachEntry()) {
    const name = entryName(entry, limits, what);
    if (name === undefined) continue;
    if (files.has(name)) throw refusal(`${what} holds ${showPath(name)} twice.`, "Pack it again.");
    if (files.size >= limits.files) throw refusal(tooMany);
    const content = await readEntry(zip, entry, name, { ...limits, unpackedBytes: limits.unpackedBytes - total }, what);
    total += content.byteLength;
    files.set(name, content);
  }
  refuseFileAsFolder(files, what);
  return files;
}

/** The checked name, or `undefined` for a folder. */
function entryName(entry: Entry, limits: ZipLimits, what: string): string | undefined {
  const raw = decodeName(entry, what);
  const isFolder = raw.endsWith("/");
  const name = isFolder ? raw.slice(0, -1) : raw;
  const fault = pathFault(name, limits);
  if (fault !== undefined) throw refusal(`${what} holds an entry whose name ${fault}: ${showPath(raw)}.`, "Rename it.");
  if (entry.isEncrypted()) throw refusal(`${what} holds ${showPath(name)} encrypted.`, "Pack it without a password.");
  const kind = (entry.externalFileAttributes >>> 16) & KIND;
  const isUnix = entry.versionMadeBy >>> 8 === 3;
  if (isFolder || (isUnix && kind === FOLDER)) return undefined;
  if (isUnix && kind !== 0 && kind !== REGULAR) {
    throw refusal(
      `${what} holds ${showPath(name)}, which is a link or device.`,
      "Pack the file itself (zip does, without -y).",
    );
  }
  return name;
}

/** Zip names are UTF-8 where flagged, else CP437, of which the ASCII half is all that AWE takes. */
function decodeName(entry: Entry, what: string): string {
  const bytes = entry.fileNameRaw;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw refusal(`${what} holds an entry whose name is not UTF-8.`, "Rename it.", undefined, cause);
  }
}

async function readEntry(
  zip: ZipFile,
  entry: Entry,
  name: string,
  limits: ZipLimits,
  what: string,
): Promise<Uint8Array> {
  if (entry.compressionMethod !== 0 && entry.compressionMethod !== 8) {
    throw refusal(
      `${what} holds ${showPath(name)} packed in a way that is not read (method ${entry.compressionMethod}).`,
    );
  }
  const chunks: Buffer[] = [];
  let size = 0;
  const stream = await zip.openReadStreamPromise(entry);
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    size += chunk.byteLength;
    const fault =
      size > limits.fileBytes
        ? `unpacks to more than ${sizeText(limits.fileBytes)}`
        : size > limits.unpackedBytes
          ? "brings the archive over its limit when unpacked"
          : size > RATIO_FROM_BYTES && size > limits.ratio * entry.compressedSize
            ? `unpacks to more than ${limits.ratio} times its size`
            : undefined;
    if (fault !== undefined) {
      throw refusal(`${what} is refused: ${showPath(name)} ${fault}.`, "Upload large inputs by themselves.");
    }
    chunks.push(chunk);
  }
  const content = Buffer.concat(chunks);
  if (crc32(content) !== entry.crc32) throw refusal(`${what} is damaged at ${showPath(name)}.`, "Pack it again.");
  return content;
}

/** `a` and `a/b` cannot both be files. */
function refuseFileAsFolder(files: ReadonlyMap<string, Uint8Array>, what: string): void {
  for (const name of files.keys()) {
    for (let slash = name.indexOf("/"); slash !== -1; slash = name.indexOf("/", slash + 1)) {
      const folder = name.slice(0, slash);
      if (files.has(folder)) throw refusal(`${what} holds ${showPath(folder)} as a file and as a folder.`);
    }
  }
}
