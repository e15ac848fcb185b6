import { createHash } from "node:crypto";

import type { Idempotency } from "#src/store/store.ts";

import type { Reader, Writer } from "./dialects/connections.ts";

/** How long a key counts (design: *Idempotency-Key*). */
const KEPT_MS = 24 * 60 * 60 * 1000;

/** What a key that was used before made then. */
export interface Repeated {
  readonly runId: string;
  readonly sameBody: boolean;
}

/** The run that a key made within 24 hours before `now`. */
export async function findRepeated(
  db: Reader | Writer,
  userName: string,
  key: Idempotency,
  now: Date,
): Promise<Repeated | undefined> {
  const row = await db
    .selectFrom("idempotency_keys")
    .select(["run_id", "body_hash"])
    .where("user_name", "=", userName)
    .where("key_hash", "=", hashOf(key))
    .where("created_at", ">", oldest(now))
    .executeTakeFirst();
  return row && { runId: row.run_id, sameBody: row.body_hash === key.bodyHash };
}

/**
 * Binds a key to `runId`, or answers what it is bound to already.
 *
 * Of two transactions with one key the second waits here for the first, and then sees whether it was committed.
 */
export async function claimKey(
  writer: Writer,
  userName: string,
  key: Idempotency,
  runId: string,
  now: Date,
): Promise<Repeated | undefined> {
  const keyHash = hashOf(key);
  await writer
    .deleteFrom("idempotency_keys")
    .where("user_name", "=", userName)
    .where("key_hash", "=", keyHash)
    .where("created_at", "<=", oldest(now))
    .execute();
  const { numInsertedOrUpdatedRows } = await writer
    .insertInto("idempotency_keys")
    .ignore()
    .values({
      user_name: userName,
      key_hash: keyHash,
      body_hash: key.bodyHash,
      run_id: runId,
      created_at: now.getTime(),
    })
    .executeTakeFirst();
  return numInsertedOrUpdatedRows === 1n ? undefined : findRepeated(writer, userName, key, now);
}

function oldest(now: Date): number {
  return now.getTime() - KEPT_MS;
}

/** JSON keeps the three apart, whatever characters they have. */
function hashOf(key: Idempotency): string {
  return createHash("sha256")
    .update(JSON.stringify([key.method, key.path, key.key]))
    .digest("hex");
}
