import { join } from "node:path";

import { AweError } from "#src/errors.ts";

import { makePrivateFolder, readPrivateFile, removePrivateFile, writePrivateFile } from "./private-files.ts";
import type { Secrets } from "./secrets.ts";

const NAME = /^[a-z0-9][a-z0-9._:-]*(\/[a-z0-9][a-z0-9._:-]*)*$/;

// A file's name has at most 255 bytes (NAME_MAX), of which 41 are for the ending of a file that is being written.
const LONGEST_FILE_NAME = 255 - 41;

/**
 * Secrets as files of mode 600 in one folder of mode 700.
 *
 * The name is the file's, with `/` and `:` percent-encoded: a flat folder, so that `a` and `a/b` can both be secrets.
 */
export function fileSecrets(folder: string): Secrets {
  const pathOf = (name: string): string => {
    const fileName = encodeURIComponent(name);
    if (!NAME.test(name) || fileName.length > LONGEST_FILE_NAME) {
      throw new AweError(
        "invalid_request",
        "the name of a secret is too long, or has characters that it must not have",
      );
    }
    return join(folder, fileName);
  };
  return {
    put: async (name, value) => {
      const path = pathOf(name);
      await makePrivateFolder(folder);
      await writePrivateFile(path, value);
    },
    get: async (name) => readPrivateFile(pathOf(name)),
    delete: async (name) => removePrivateFile(pathOf(name)),
  };
}
