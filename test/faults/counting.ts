/**
 * Tasks of all kinds that count their completions: in a scatter, in a sub-workflow, and one whose first attempt fails.
 * The line is the last thing that a task does, and one in another file is the first: a name that stands there twice
 * was begun twice.
 */
export const COUNTING = `version 1.0
import "sub.wdl" as sub
task count {
  input { String file String name Float seconds Array[String] needs = [] }
  command <<<
    echo ~{name} >> ~{file}.begun
    sleep ~{seconds}
    echo ~{name} >> ~{file}
  >>>
  output { String done = name }
}
task second_try {
  input { String file }
  command <<<
    test $(basename $(dirname $PWD)) = attempt-2 || exit 7
    echo retried >> ~{file}.begun
    sleep 0.08
    echo retried >> ~{file}
  >>>
  output { String done = "retried" }
  runtime { maxRetries: 1 }
}
workflow counting {
  input { String file }
  scatter (each in [1, 2, 3]) {
    call count as wide { input: file = file, name = "wide" + each, seconds = 0.04 * each }
  }
  call second_try { input: file = file }
  call sub.inner { input: file = file, needs = wide.done }
  output { Array[String] names = flatten([wide.done, [second_try.done, inner.done]]) }
}
`;

/** What `COUNTING` imports. */
export const COUNTING_SUB = `version 1.0
task last {
  input { String file Array[String] needs }
  command <<<
    echo last >> ~{file}.begun
    sleep 0.1
    echo last >> ~{file}
  >>>
  output { String done = "last" }
}
workflow inner {
  input { String file Array[String] needs }
  call last { input: file = file, needs = needs }
  output { String done = last.done }
}
`;

/** What a counter file holds at the end, sorted, and the output `names`. */
export const COUNTED = ["last", "retried", "wide1", "wide2", "wide3"] as const;

/** The output of a run of `COUNTING`. */
export const COUNTING_OUTPUTS = { "counting.names": ["wide1", "wide2", "wide3", "retried", "last"] };

/** A small generator of random numbers that a seed makes repeatable (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
