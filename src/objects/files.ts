import { createHash } from "node:crypto";
import { mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { dirname, join, normalize, sep } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

import { AweError, errorText } from "#src/errors.ts";
import type { AccountOf } from "#src/model/account.ts";
import { webStream } from "#src/web-stream.ts";
import { bashAs, ended } from "./as-user.ts";
import type { Objects } from "./objects.ts";

/** What the objects on one machine depend on. */
export interface FileObjectsDeps {
  /** AWE's state folder. */
  readonly dataFolder: string;
  /** Where the users' own folders are; below `dataFolder` or elsewhere. */
  readonly usersFolder: string;
  readonly accountOf: AccountOf;
  /** Makes sure that the user's own folder exists and belongs to the user's account; answers its path. */
  readonly userFolder: (userName: string) => Promise<string>;
}

/** A file that its user turns into a pipe just as it is opened would be waited for without end. */
const OPEN_MS = 10_000;

/** Keys that cannot leave their folder. */
const KEY = /^[a-z]+\/[A-Za-z0-9][A-Za-z0-9._-]*$/;

/**
 * Opens `$1` once, tells its size, reads the range from stdin as `start count`, and copies it. A pipe or device would
 * block or never end, so only regular files are opened.
 */
const READ = `
[ -f "$1" ] && exec 3<"$1" || exit 4
stat -Lc %s /dev/fd/3 || exit 4
IFS=' ' read -r start count || exit 0
tail -c "+$((start + 1))" <&3 | head -c "$count"
`;

/** Unpacks `size NUL path NUL bytes` records into `$1`, which appears only when it is complete. */
const STAGE = `
set -e
umask 077
[ -d "$1" ] && { cat > /dev/null; exit 0; }
part=$1.part.$$
trap 'rm -rf -- "$part"' EXIT
rm -rf -- "$part" && mkdir -p "$part" && cd "$part"
while IFS= read -r -d '' size && IFS= read -r -d '' path; do
  case $path in */*) mkdir -p -- "\${path%/*}" ;; esac
  head -c "$size" > "$path"
done
cd /
mv -T "$part" "$1" || [ -d "$1" ]
`;

/** Receives stdin as the file `$2` in the new folder `$1`. */
const RECEIVE = `set -e; umask 077; mkdir -p "$1"; cat > "$1/$2"; sync -d "$1/$2" 2> /dev/null || true`;

const REMOVE = `rm -rf -- "$1"`;

/** Objects as folders: AWE's own below `objects/`, users' files below `users/<name>/` and read as that user. */
export function fileObjects(deps: FileObjectsDeps): Objects {
  const own = (userName: string) => join(deps.dataFolder, "objects", userName);
  const usersPart = (userName: string) => join(deps.usersFolder, userName);
  const pathOf = (userName: string, key: string): string => {
    if (!KEY.test(key)) throw new AweError("internal", `an object key is malformed: ${key}`);
    return join(own(userName), key);
  };
  const uploadFolder = (userName: string, uploadId: string) => join(usersPart(userName), "uploads", uploadId);

  /** A process that has opened the file and told its size. */
  const opened = async (userName: string, path: string) => {
    if (path.includes("\0")) return undefined;
    const child = bashAs(await deps.accountOf(userName), READ, [path]);
    child.stderr.resume();
    child.stdin.on("error", () => {});
    const exit = ended(child);
    const late = setTimeout(() => child.kill("SIGKILL"), OPEN_MS);
    const line = await firstLine(child.stdout, exit);
    clearTimeout(late);
    return line === undefined ? undefined : { child, sizeBytes: Number(line) };
  };

  return {
    async put(userName, key, bytes) {
      const path = pathOf(userName, key);
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      const part = `${path}.part.${process.pid}.${Math.random().toString(36).slice(2)}`;
      const handle = await open(part, "wx", 0o600);
      try {
        await handle.writeFile(bytes);
        await handle.sync();
        await handle.close();
        await rename(part, path);
      } catch (cause) {
        await handle.close().catch(() => {});
        await rm(part, { force: true });
        throw cause;
      }
      const folder = await open(dirname(path), "r");
      try {
        await folder.sync();
      } finally {
        await folder.close();
      }
    },

    async get(userName, key) {
      try {
        return await readFile(pathOf(userName, key));
      } catch (cause) {
        if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return undefined;
        throw cause;
      }
    },

    async delete(userName, key) {
      await rm(pathOf(userName, key), { force: true });
    },

    async open(userName, path, range) {
      const file = await opened(userName, path);
      if (!file) return undefined;
      const { child, sizeBytes } = file;
      const wanted = range === undefined ? { start: 0, end: sizeBytes } : range(sizeBytes);
      if (wanted === undefined) {
        child.kill("SIGKILL");
        throw new AweError("range_not_satisfiable", `the file has ${sizeBytes} bytes`);
      }
      child.stdin.end(`${wanted.start} ${wanted.end - wanted.start}\n`);
      child.stdout.once("close", () => child.kill("SIGKILL"));
      return { sizeBytes, body: webStream(child.stdout) };
    },

    async size(userName, path) {
      const file = await opened(userName, path);
      file?.child.stdin.end();
      return file?.sizeBytes;
    },

    async stage(userName, name, files) {
      await deps.userFolder(userName);
      const folder = join(usersPart(userName), "staged", name);
      const child = bashAs(await deps.accountOf(userName), STAGE, [folder]);
      const records = files.flatMap(({ path, bytes }) => [Buffer.from(`${bytes.length}\0${path}\0`), bytes]);
      await fed(child, Readable.from(records), `input files of run ${name}`);
      return folder;
    },

    async receive(userName, uploadId, name, body, limitBytes) {
      await deps.userFolder(userName);
      const account = await deps.accountOf(userName);
      const folder = uploadFolder(userName, uploadId);
      const hash = createHash("sha256");
      let sizeBytes = 0;
      const counted = async function* (): AsyncGenerator<Uint8Array> {
        for await (const chunk of body) {
          sizeBytes += chunk.length;
          if (sizeBytes > limitBytes) {
            throw new AweError("too_large", `an upload may have ${limitBytes} bytes; ${name} has more`);
          }
          hash.update(chunk);
          yield chunk;
        }
      };
      try {
        await fed(bashAs(account, RECEIVE, [folder, name]), Readable.from(counted()), `upload ${name}`);
      } catch (cause) {
        await ended(bashAs(account, REMOVE, [folder]));
        throw cause;
      }
      return { path: join(folder, name), sizeBytes, sha256: hash.digest("hex") };
    },

    uploadPath: (userName, uploadId, name) => join(uploadFolder(userName, uploadId), name),

    isForeign(userName, path) {
      const clean = normalize(path);
      const below = (folder: string) => clean === folder || clean.startsWith(folder + sep);
      return (below(deps.dataFolder) || below(deps.usersFolder)) && !below(usersPart(userName));
    },
  };
}

/** Sends `input` to a script and waits for its success. */
async function fed(child: ReturnType<typeof bashAs>, input: Readable, what: string): Promise<void> {
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => (said = (said + chunk.toString()).slice(-2000)));
  child.stdout.resume();
  const exit = ended(child);
  try {
    await pipeline(input, child.stdin);
  } catch (cause) {
    // It cleans up after itself when its input ends.
    child.stdin.destroy();
    await exit;
    if (cause instanceof AweError) throw cause;
    throw new AweError("internal", `${what} could not be stored: ${said.trim() || errorText(cause)}`, { cause });
  }
  const code = await exit;
  if (code !== 0) throw new AweError("internal", `${what} could not be stored: ${said.trim() || `exit code ${code}`}`);
}

/** The first line of a stream, leaving what follows to be read; `undefined` when the process ends without one. */
async function firstLine(stream: Readable, exit: Promise<number>): Promise<string | undefined> {
  let text = "";
  let gone = false;
  void exit.then(() => (gone = true));
  for (;;) {
    const chunk = stream.read(1) as Buffer | null;
    if (chunk === null) {
      if (gone || stream.readableEnded) return undefined;
      await Promise.race([new Promise((resolve) => stream.once("readable", resolve)), exit]);
    } else if (chunk[0] === 10) return text;
    else text += chunk.toString("latin1");
  }
}
