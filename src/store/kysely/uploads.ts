import type { Upload } from "#src/store/store.ts";

import type { Connections, Reader } from "./dialects/connections.ts";

/** Records that a user's file has arrived. */
export async function addUpload({ write }: Connections, userName: string, upload: Upload): Promise<void> {
  await write((writer) =>
    writer
      .insertInto("uploads")
      .values({
        user_name: userName,
        upload_id: upload.uploadId,
        name: upload.name,
        size_bytes: upload.sizeBytes,
        sha256: upload.sha256,
        created_at: upload.createdAt.getTime(),
      })
      .execute(),
  );
}

/** One upload of a user's. */
export async function findUpload(read: Reader, userName: string, uploadId: string): Promise<Upload | undefined> {
  const row = await read
    .selectFrom("uploads")
    .select(["upload_id", "name", "size_bytes", "sha256", "created_at"])
    .where("user_name", "=", userName)
    .where("upload_id", "=", uploadId)
    .executeTakeFirst();
  return (
    row && {
      uploadId: row.upload_id,
      name: row.name,
      sizeBytes: row.size_bytes,
      sha256: row.sha256,
      createdAt: new Date(row.created_at),
    }
  );
}
