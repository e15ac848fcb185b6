const SECONDS = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86_400 } as const;

/** The milliseconds of a text such as `90s`, `15m`, `8h` or `7d`; `undefined` if it is none. A unit is required. */
export function parseDurationMs(text: string): number | undefined {
  const match = /^(\d{1,12}(?:\.\d{1,6})?)(ms|s|m|h|d)$/.exec(text);
  return match ? Math.round(Number(match[1]) * SECONDS[match[2] as keyof typeof SECONDS] * 1000) : undefined;
}

const POWERS = { "": 0, K: 1, M: 2, G: 3, T: 4 } as const;

/** The bytes of a text such as `20M`, `1.5G` or `4096`, in powers of 1024; `undefined` if it is none. */
export function parseSizeBytes(text: string): number | undefined {
  const match = /^(\d{1,15}(?:\.\d{1,6})?)([KMGT]?)(?:i?B)?$/.exec(text);
  if (!match) return undefined;
  const bytes = Math.floor(Number(match[1]) * 1024 ** POWERS[match[2] as keyof typeof POWERS]);
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}
