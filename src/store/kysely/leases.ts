import type { Lease } from "#src/store/store.ts";

import type { Connections, Writer } from "./dialects/connections.ts";

/** See `ControlStore.lease`. */
export function takeLease(
  { write }: Connections,
  name: string,
  holder: string,
  now: Date,
  until: Date,
): Promise<Lease | undefined> {
  const expires_at = until.getTime();
  return write(async (writer) => {
    const leases = writer.updateTable("leases").where("name", "=", name);
    const kept = await leases.set({ expires_at }).where("holder", "=", holder).executeTakeFirst();
    if (kept.numUpdatedRows === 1n) return leaseOf(writer, name);
    const taken = await leases
      .set((eb) => ({ holder, expires_at, epoch: eb("epoch", "+", 1) }))
      .where((eb) => eb.or([eb("expires_at", "<=", now.getTime()), eb("holder", "is", null)]))
      .executeTakeFirst();
    if (taken.numUpdatedRows === 1n) return leaseOf(writer, name);
    const made = await writer
      .insertInto("leases")
      .ignore()
      .values({ name, holder, epoch: 1, expires_at })
      .executeTakeFirst();
    return made.numInsertedOrUpdatedRows === 1n ? { name, epoch: 1 } : undefined;
  });
}

/** Gives a lease back; without effect where somebody else has it by now. */
export async function releaseLease({ write }: Connections, lease: Lease, holder: string): Promise<void> {
  await write((writer) =>
    writer
      .updateTable("leases")
      .set({ holder: null, expires_at: 0 })
      .where("name", "=", lease.name)
      .where("epoch", "=", lease.epoch)
      .where("holder", "=", holder)
      .execute(),
  );
}

/**
 * Whether `lease` is still the newest of its name; then nobody else can take it until the transaction ends.
 *
 * It is an update that changes nothing: unlike a read, it locks the row on MariaDB.
 */
export async function holdLease(writer: Writer, lease: Lease): Promise<boolean> {
  const held = await writer
    .updateTable("leases")
    .set({ epoch: lease.epoch })
    .where("name", "=", lease.name)
    .where("epoch", "=", lease.epoch)
    .where("holder", "is not", null)
    .executeTakeFirst();
  return held.numUpdatedRows === 1n;
}

async function leaseOf(writer: Writer, name: string): Promise<Lease> {
  const { epoch } = await writer
    .selectFrom("leases")
    .select("epoch")
    .where("name", "=", name)
    .executeTakeFirstOrThrow();
  return { name, epoch };
}
