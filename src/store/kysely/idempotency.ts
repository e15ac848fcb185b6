import { createHash } from "node:crypto";

import type { Idempotency } from "#src/store/store.ts";

import type { Reader, Writer } from "./dialects/connections.ts";
import { prepared } from "./prepared.ts";

/** How long a key counts (design: *Idempotency-Key*). */
const KEPT_MS = 24 * 60 * 60 * 1000;

/** What a key that was used before made then. */
export interface Repeated {
  readonly runId: string;
  readonly sameBody: boolean;
}

/** A key as it is stored; a key counts while it was made after `oldest`. */
interface KeyRow {
  readonly user: string;
  readonly keyHash: string;
  readonly bodyHash: string;
  readonly runId: string;
  readonly now: number;
  readonly oldest: number;
}

const find = prepared((db, key: Pick<KeyRow, "user" | "keyHash" | "oldest">) =>
  db
    .selectFrom("idempotency_keys")
    .select(["run_id", "body_hash"])
    .where("user_name", "=", key.user)
    .where("key_hash", "=", key.keyHash)
    .where("created_at", ">", key.oldest),
);

const insert = prepared((db, key: KeyRow) =>
  db.insertInto("idempotency_keys").ignore().values({
    user_name: key.user,
    key_hash: key.keyHash,
    body_hash: key.bodyHash,
    run_id: key.runId,
    created_at: key.now,
  }),
);

const replaceOld = prepared((db, key: KeyRow) =>
  db
    .updateTable("idempotency_keys")
    .set({ body_hash: key.bodyHash, run_id: key.runId, created_at: key.now })
    .where("user_name", "=", key.user)
    .where("key_hash", "=", key.keyHash)
    .where("created_at", "<=", key.oldest),
);

/** The run that a key made within 24 hours before `now`. */
export async function findRepeated(
  db: Reader | Writer,
  user: string,
  key: Idempotency,
  now: Date,
): Promise<Repeated | undefined> {
  const [row] = (await find(db, { user, keyHash: hashOf(key), oldest: now.getTime() - KEPT_MS })).rows;
  return row && { runId: row.run_id, sameBody: row.body_hash === key.bodyHash };
}

/**
 * Binds a key to `runId`, or answers what it is bound to already.
 *
 * Of two transactions with one key the second waits here for the first, and then sees whether it was committed.
 */
export async function claimKey(
  writer: Writer,
  user: string,
  key: Idempotency,
  runId: string,
  now: Date,
): Promise<Repeated | undefined> {
  const row: KeyRow = {
    user,
    keyHash: hashOf(key),
    bodyHash: key.bodyHash,
    runId,
    now: now.getTime(),
    oldest: now.getTime() - KEPT_MS,
  };
  for (;;) {
    if ((await insert(writer, row)).numAffectedRows === 1n) return undefined;
    const repeated = await findRepeated(writer, user, key, now);
    if (repeated) return repeated;
    // A key of yesterday, unless it was forgotten between the statements.
    if ((await replaceOld(writer, row)).numAffectedRows === 1n) return undefined;
  }
}

/** JSON keeps the three apart, whatever characters they have. */
function hashOf(key: Idempotency): string {
  return createHash("sha256")
    .update(JSON.stringify([key.method, key.path, key.key]))
    .digest("hex");
}
