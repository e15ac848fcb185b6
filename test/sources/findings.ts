import { AweError } from "#src/errors.ts";

/** Runs what must be refused and answers its first finding as one text: `message | hint`. */
export async function refusedWith(action: () => unknown): Promise<string> {
  try {
    await action();
  } catch (thrown) {
    if (!(thrown instanceof AweError) || thrown.code !== "invalid_source") throw thrown;
    const [finding] = thrown.findings;
    return [finding?.message, finding?.hint].filter((part) => part !== undefined).join(" | ");
  }
  throw new Error("nothing was refused");
}
