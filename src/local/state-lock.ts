import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as delay } from "node:timers/promises";

import { AweError, errorText } from "#src/errors.ts";
import { createPrivateFile, readPrivateFile } from "#src/secrets/private-files.ts";

/** The right to be the one gateway of a state folder. */
export interface StateLock {
  /** Names this folder on this machine, the same in each life of the gateway. */
  readonly holder: string;
  readonly release: () => void;
}

/** A gateway that is told to stop, or was killed a moment ago, may need so long to be gone. */
const PATIENCE_MS = 8_000;
const RETRY_MS = 50;

/**
 * Makes this process the only gateway of its state folder until it ends, however it ends.
 *
 * Two gateways would each start an engine for the same user. The lock is SQLite's, because Node has none of its own:
 * the system frees it with the process, so a killed gateway leaves nothing to clean up. And since the one before is
 * gone for certain, its lease can be taken over at once: both go by the same `holder`.
 *
 * @throws {AweError} `conflict` when another gateway has the folder.
 */
export async function lockStateFolder(dataFolder: string): Promise<StateLock> {
  const file = join(dataFolder, "gateway.lock");
  // Of mode 600: whoever may read it could lock it.
  await createPrivateFile(file, "");
  const lock = new DatabaseSync(file, { timeout: 0 });
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      // Nothing is ever written, so nothing needs a journal beside it.
      lock.exec("pragma journal_mode = memory; begin exclusive");
      break;
    } catch (cause) {
      if (performance.now() < deadline && /locked/.test(errorText(cause))) {
        await delay(RETRY_MS);
        continue;
      }
      lock.close();
      if (!/locked/.test(errorText(cause))) throw cause;
      throw new AweError("conflict", `another AWE runs on ${dataFolder}: stop it, or set AWE_DATA to another folder`, {
        cause,
      });
    }
  }
  const name = join(dataFolder, "instance");
  await createPrivateFile(name, randomUUID());
  return { holder: `${hostname()}/${await readPrivateFile(name)}`, release: () => lock.close() };
}
