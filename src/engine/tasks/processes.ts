import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";

/** A process that cannot be mistaken for a later one with the same id. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Ticks from boot to start: field 22 of /proc/PID/stat (proc_pid_stat(5)). */
  readonly startTime: string;
  readonly bootId: string;
}

interface ProcessStat {
  /** `Z` and `X` are dead: a zombie does no work, its parent has not asked for it yet. */
  readonly state: string;
  readonly session: number;
  readonly startTime: string;
}

let bootIdRead: string | undefined;

/** The id of the machine's current boot; process ids of another boot mean nothing. */
export function bootId(): string {
  bootIdRead ??= readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  return bootIdRead;
}

function readStat(pid: number): ProcessStat | undefined {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, "latin1");
  } catch {
    return undefined;
  }
  // The second field is the name in brackets and may hold anything, so fields count from the last bracket (field 3).
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return { state: fields[0] ?? "X", session: Number(fields[3]), startTime: fields[19] ?? "" };
}

function lives(stat: ProcessStat | undefined): stat is ProcessStat {
  return stat !== undefined && stat.state !== "Z" && stat.state !== "X";
}

/** Whether exactly this process still works. */
export function isAlive(process: ProcessIdentity): boolean {
  if (process.bootId !== bootId()) return false;
  const stat = readStat(process.pid);
  return lives(stat) && stat.startTime === process.startTime;
}

/** Whether some process has this id; only for ids learnt moments ago. */
export function exists(pid: number): boolean {
  return lives(readStat(pid));
}

/** The ids of all processes that can be seen. */
function allPids(): number[] {
  return readdirSync("/proc")
    .filter((name) => /^[0-9]+$/.test(name))
    .map(Number);
}

/** The living members of each of these sessions. A session's id is the process id of its leader. */
export function sessionMembers(sessions: ReadonlySet<number>): Map<number, number[]> {
  const members = new Map<number, number[]>();
  for (const pid of allPids()) {
    const stat = readStat(pid);
    if (!lives(stat) || !sessions.has(stat.session)) continue;
    members.set(stat.session, [...(members.get(stat.session) ?? []), pid]);
  }
  return members;
}

/** Finds the process that was started as `bash SCRIPT`. */
export function findByScript(script: string): ProcessIdentity | undefined {
  for (const pid of allPids()) {
    const stat = readStat(pid);
    if (!lives(stat) || stat.session !== pid) continue;
    if (readOf(pid, "cmdline").split("\0").includes(script))
      return { pid, startTime: stat.startTime, bootId: bootId() };
  }
  return undefined;
}

function readOf(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return "";
  }
}

/** Whether the process shows by its environment, command line or working folder that it was started inside `folder`. */
function belongsTo(pid: number, folder: string): boolean {
  if (readOf(pid, "environ").includes(`${folder}/`) || readOf(pid, "cmdline").includes(`${folder}/`)) return true;
  try {
    return `${readlinkSync(`/proc/${pid}/cwd`)}/`.startsWith(`${folder}/`);
  } catch {
    return false;
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // Gone already, which is what the signal is for.
  }
}

/**
 * Ends every process of a session: asks first, insists after `graceMs`. Resolves with `true` when none is left.
 *
 * `folder` is given where the session may be one of another life of the engine: then members must show that they
 * belong to it, since the id could have been used again. Members that even SIGKILL does not end (they wait for a
 * device) are given up after ten seconds: `false`.
 */
export async function endSession(session: number, graceMs: number, folder?: string): Promise<boolean> {
  const members = () =>
    (sessionMembers(new Set([session])).get(session) ?? []).filter((pid) => !folder || belongsTo(pid, folder));
  const asked = new Set<number>();
  const isEmpty = () => {
    const left = members();
    // Members may fork while they are being counted, so whoever is new is asked as well.
    for (const pid of left.filter((each) => !asked.has(each))) {
      asked.add(pid);
      signal(pid, "SIGTERM");
      // A stopped process takes the signal only when it goes on.
      signal(pid, "SIGCONT");
    }
    return left.length === 0;
  };
  if (await until(isEmpty, graceMs)) return true;
  return until(() => {
    const left = members();
    for (const pid of left) signal(pid, "SIGKILL");
    return left.length === 0;
  }, 10_000);
}

async function until(condition: () => boolean, timeoutMs: number): Promise<boolean> {
  const deadline = performance.now() + timeoutMs;
  for (let waitMs = 2; !condition(); waitMs = Math.min(waitMs * 2, 100)) {
    if (performance.now() >= deadline) return false;
    await delay(waitMs);
  }
  return true;
}
