import { readdir } from "node:fs/promises";
import { join } from "node:path";

import type { Gateway } from "../support/gateway.ts";

/**
 * All that a gateway keeps of a user which a refused request must not add to: runs, objects, staged files and uploads.
 */
export async function remainsOf(gateway: Gateway, user: string): Promise<readonly string[]> {
  const listed = (await (await gateway.as(user, "/awe/v1/runs?limit=500")).json()) as { items: { id: string }[] };
  const folders = [["objects", user], ...["staged", "uploads"].map((part) => ["users", user, part])];
  const files = await Promise.all(
    folders.map(async (parts) =>
      (await below(join(gateway.dataFolder, ...parts))).map((path) => `${parts.join("/")}/${path}`),
    ),
  );
  return [...listed.items.map(({ id }) => id), ...files.flat()].toSorted();
}

async function below(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder, { recursive: true });
  } catch {
    return [];
  }
}
