/**
 * Which keys of metadata a caller wants. Each of the texts is the beginning of a key, as in Cromwell; below the first
 * level keys are joined by colons and items of arrays are numbered: `submittedFiles:inputs`, `failures[0]:message`.
 */
export interface KeyFilter {
  readonly include: readonly string[];
  readonly exclude: readonly string[];
}

/** Whether the calls are wanted at all. */
export function wantsCalls({ exclude }: KeyFilter): boolean {
  return !exclude.includes("calls");
}

/** The wanted part of an object; `undefined` when nothing of it is wanted. */
export function pickKeys(object: Readonly<Record<string, unknown>>, filter: KeyFilter): object | undefined {
  if (filter.include.length + filter.exclude.length === 0) return object;
  const picked: Record<string, unknown> = {};
  let any = false;
  for (const [key, value] of Object.entries(object)) {
    const kept = pick(value, key, filter);
    if (kept === undefined) continue;
    picked[key] = kept;
    any = true;
  }
  return any ? picked : undefined;
}

function pick(value: unknown, path: string, filter: KeyFilter): unknown {
  if (filter.exclude.some((key) => path.startsWith(key))) return undefined;
  const wanted = filter.include.length === 0 || filter.include.some((key) => path.startsWith(key));
  const cut = filter.exclude.some((key) => key.startsWith(path));
  if (wanted && !cut) return value;
  if (!wanted && !filter.include.some((key) => key.startsWith(path))) return undefined;
  if (typeof value !== "object" || value === null) return wanted ? value : undefined;
  if (Array.isArray(value)) {
    const items = value.flatMap((item: unknown, index) => {
      const kept = pick(item, `${path}[${index}]`, filter);
      return kept === undefined ? [] : [kept];
    });
    return items.length > 0 || (wanted && value.length === 0) ? items : undefined;
  }
  const entries = Object.entries(value).flatMap(([key, item]) => {
    const kept = pick(item, `${path}:${key}`, filter);
    return kept === undefined ? [] : [[key, kept] as const];
  });
  return entries.length > 0 || (wanted && Object.keys(value).length === 0) ? Object.fromEntries(entries) : undefined;
}

/** Cromwell's booleans in a query: true, yes, on, 1 and their opposites, in any case; `undefined` for anything else. */
export function parseFlag(text: string): boolean | undefined {
  if (/^(true|yes|on|1)$/i.test(text)) return true;
  return /^(false|no|off|0)$/i.test(text) ? false : undefined;
}
