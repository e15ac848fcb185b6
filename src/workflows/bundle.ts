import { fromBufferPromise } from "yauzl";
import { ZipFile } from "yazl";

/**
 * The time of every entry: the first that a zip can hold, in whatever zone the machine is, so that equal content gives equal
 * bytes.
 */
const FIRST_ZIP_TIME = new Date(1980, 0, 1);

/** Packs files into a zip that is the same for the same files. Paths are relative, with forward slashes. */
export async function packBundle(files: ReadonlyMap<string, Uint8Array>): Promise<Uint8Array> {
  const zip = new ZipFile();
  const sorted = [...files].sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [path, bytes] of sorted) {
    const content = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    zip.addBuffer(content, path, {
      mtime: FIRST_ZIP_TIME,
      mode: 0o100644,
      forceDosTimestamp: true,
      compressionLevel: 6,
    });
  }
  zip.end();
  return collect(zip.outputStream);
}

/** Unpacks what `packBundle` made: AWE's own objects, which need no bounds. */
export async function unpackBundle(bytes: Uint8Array): Promise<ReadonlyMap<string, Uint8Array>> {
  const zip = await fromBufferPromise(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), {
    lazyEntries: true,
  });
  const files = new Map<string, Uint8Array>();
  for await (const entry of zip.eachEntry()) {
    files.set(entry.fileName, await collect(await zip.openReadStreamPromise(entry)));
  }
  return files;
}

async function collect(stream: NodeJS.ReadableStream): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}
