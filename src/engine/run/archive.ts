import { promisify } from "node:util";
import yauzl from "yauzl";

import { AweError, errorText } from "../../errors.ts";

/** Documents of a submission, read from a zip without ever being written to the disk. */
export interface Archive {
  has(file: string): boolean;
  /** Text of a document, or `undefined` where there is none. */
  read(file: string): Promise<string | undefined>;
}

/** Bounds against archives that are made to exhaust the engine. */
const MAX_ENTRIES = 10_000;
const MAX_DOCUMENT_BYTES = 8 * 1024 * 1024;
const MAX_READ_BYTES = 64 * 1024 * 1024;

const FILE_TYPE = 0o170000;
const SYMLINK = 0o120000;

const open = promisify<Buffer, yauzl.Options, yauzl.ZipFile>(yauzl.fromBuffer);

/**
 * Opens a zip of imports. Names are looked up, never joined to a folder of the machine; a name that leaves the archive, or
 * a symbolic link, makes the archive invalid.
 *
 * @throws {AweError} `invalid_source`
 */
export async function readArchive(bytes: Uint8Array): Promise<Archive> {
  try {
    const zip = await open(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), {
      lazyEntries: true,
      autoClose: false,
    });
    const entries = await listEntries(zip);
    let readBytes = 0;
    return {
      has: (file) => entries.has(file),
      read: async (file) => {
        const entry = entries.get(file);
        if (!entry) return undefined;
        readBytes += entry.uncompressedSize;
        if (entry.uncompressedSize > MAX_DOCUMENT_BYTES || readBytes > MAX_READ_BYTES) {
          throw invalid(`${file} is larger than ${MAX_DOCUMENT_BYTES} bytes, or all imports than ${MAX_READ_BYTES}`);
        }
        return await readEntry(zip, entry);
      },
    };
  } catch (thrown) {
    throw thrown instanceof AweError ? thrown : invalid(errorText(thrown));
  }
}

async function listEntries(zip: yauzl.ZipFile): Promise<ReadonlyMap<string, yauzl.Entry>> {
  if (zip.entryCount > MAX_ENTRIES) throw invalid(`it has more than ${MAX_ENTRIES} entries`);
  return await new Promise((resolve, reject) => {
    const entries = new Map<string, yauzl.Entry>();
    zip.on("error", reject);
    zip.on("end", () => resolve(entries));
    zip.on("entry", (entry: yauzl.Entry) => {
      if (((entry.externalFileAttributes >>> 16) & FILE_TYPE) === SYMLINK) {
        reject(invalid(`${entry.fileName} is a symbolic link`));
        return;
      }
      entries.set(entry.fileName.replace(/^(\.\/)+/, ""), entry);
      zip.readEntry();
    });
    zip.readEntry();
  });
}

async function readEntry(zip: yauzl.ZipFile, entry: yauzl.Entry): Promise<string> {
  return await new Promise((resolve, reject) => {
    zip.openReadStream(entry, (error, stream) => {
      if (error) {
        reject(error);
        return;
      }
      const chunks: Buffer[] = [];
      stream.on("error", reject);
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => resolve(Buffer.concat(chunks).toString("utf8")));
    });
  });
}

function invalid(reason: string): AweError {
  return new AweError("invalid_source", `cannot read the zip of dependencies: ${reason}`);
}
