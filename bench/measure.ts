/** One line of the table: a measured value against its baseline of the same run. */
export interface Figure {
  readonly what: string;
  readonly ours: string;
  readonly baseline: string;
  /** `ours / baseline` unless `better` is "more", where it is the other way round. */
  readonly ratio: number | null;
  readonly limit: string;
  readonly met: boolean;
}

/** The middle one; of an even number the upper one. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** Runs `work` and answers its milliseconds. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** Measures two things by turns, so that both meet the same noise; answers the milliseconds of each. */
export async function byTurns(
  rounds: number,
  ours: () => Promise<unknown>,
  baseline: () => Promise<unknown>,
): Promise<{ readonly ours: number[]; readonly baseline: number[] }> {
  const times = { ours: [] as number[], baseline: [] as number[] };
  for (let round = 0; round < rounds; round++) {
    times.ours.push(await timed(ours));
    times.baseline.push(await timed(baseline));
  }
  return times;
}

/** Requests a second with `lanes` of them under way at a time. */
export async function throughput(requests: number, lanes: number, ask: () => Promise<unknown>): Promise<number> {
  let left = requests;
  const lane = async () => {
    while (left-- > 0) await ask();
  };
  const ms = await timed(() => Promise.all(Array.from({ length: lanes }, lane)));
  return (requests * 1000) / ms;
}

/** A figure where less is better, in milliseconds. */
export function slower(what: string, ours: number, baseline: number, limit: number): Figure {
  const ratio = ours / baseline;
  return { what, ours: ms(ours), baseline: ms(baseline), ratio, limit: `≤ ${limit} ×`, met: ratio <= limit };
}

/** A figure where more is better: requests a second. */
export function fewer(what: string, ours: number, baseline: number, limit: number): Figure {
  const ratio = ours / baseline;
  return {
    what,
    ours: `${Math.round(ours)}/s`,
    baseline: `${Math.round(baseline)}/s`,
    ratio,
    limit: `≥ ${limit} ×`,
    met: ratio >= limit,
  };
}

function ms(value: number): string {
  return value < 10 ? `${value.toFixed(2)} ms` : `${Math.round(value)} ms`;
}
