import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";

/** Whether a process is there and not a zombie. */
export function isAlive(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    return !/^[ZX]/.test(stat.slice(stat.lastIndexOf(")") + 2));
  } catch {
    return false;
  }
}

/** Waits until a condition holds; fails, naming it, after `withinMs`. */
export async function until(
  what: string,
  condition: () => boolean | Promise<boolean>,
  withinMs = 20_000,
): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`not within ${withinMs} ms: ${what}`);
    await pause(10);
  }
}

/** The names of the environment that a process was started with. */
export function environmentOf(pid: number): Readonly<Record<string, string>> {
  const text = readFileSync(`/proc/${pid}/environ`, "utf8");
  const entries = text.split("\0").filter((entry) => entry !== "");
  return Object.fromEntries(entries.map((entry) => entry.split(/=(.*)/s).slice(0, 2) as [string, string]));
}

/** Effective UID, GID and supplementary groups of a process. */
export function accountOfProcess(pid: number): { uid: number; gid: number; groups: readonly number[] } {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const numbers = (name: string) =>
    (new RegExp(`^${name}:(.*)$`, "m").exec(status)?.[1] ?? "").trim().split(/\s+/).filter(Boolean).map(Number);
  return { uid: numbers("Uid")[1] ?? -1, gid: numbers("Gid")[1] ?? -1, groups: numbers("Groups") };
}

/** What a process has open. */
export function openFiles(pid: number): readonly string[] {
  return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
    try {
      return [readlinkSync(`/proc/${pid}/fd/${fd}`)];
    } catch {
      return [];
    }
  });
}
