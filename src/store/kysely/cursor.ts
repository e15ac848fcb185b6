import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";

import { AweError } from "#src/errors.ts";

import type { Connections } from "./dialects/connections.ts";

/** The last item of a page: the next one begins after it. */
export interface Position {
  readonly submittedAt: number;
  readonly runId: string;
}

/** Makes and reads cursors of one owner: a user, or the administrators. */
export interface Cursors {
  write(owner: string, position: Position): string;
  /** @throws {AweError} `invalid_request` for a cursor that was not made here, or made for another owner. */
  read(owner: string, cursor: string): Position;
}

/** The cursors of this database, signed with its own key, so that nobody can make one. */
export async function cursorsOf(connections: Connections): Promise<Cursors> {
  const key = await keyOf(connections);
  const sign = (owner: string, text: string) =>
    createHmac("sha256", key)
      .update(JSON.stringify([owner, text]))
      .digest()
      .subarray(0, 16);
  return {
    write(owner, { submittedAt, runId }) {
      const text = Buffer.from(JSON.stringify([submittedAt, runId])).toString("base64url");
      return `${text}.${sign(owner, text).toString("base64url")}`;
    },
    read(owner, cursor) {
      const [text = "", signature = ""] = cursor.split(".", 2);
      const expected = sign(owner, text);
      const given = Buffer.from(signature, "base64url");
      if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
        throw new AweError("invalid_request", "the cursor is not one that this listing gave", {
          findings: [{ message: "unknown cursor", hint: "start again without a cursor" }],
        });
      }
      const [submittedAt, runId] = JSON.parse(Buffer.from(text, "base64url").toString()) as [number, string];
      return { submittedAt, runId };
    },
  };
}

/** Made once per database, by whoever opens it first. */
async function keyOf({ read, write }: Connections): Promise<Buffer> {
  const stored = read.selectFrom("settings").select("value").where("name", "=", "cursor_key");
  const known = await stored.executeTakeFirst();
  if (known) return Buffer.from(known.value, "hex");
  await write((writer) =>
    writer
      .insertInto("settings")
      .ignore()
      .values({ name: "cursor_key", value: randomBytes(32).toString("hex") })
      .execute(),
  );
  return Buffer.from((await stored.executeTakeFirstOrThrow()).value, "hex");
}
