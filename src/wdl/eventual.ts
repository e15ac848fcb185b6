/**
 * A value that is there already, or will be.
 *
 * Nearly all expressions need no I/O. To evaluate them without a promise per literal is what keeps a scatter of ten
 * thousand shards cheap, so the evaluator returns these and only turns asynchronous where a file is read.
 */
export type Eventual<T> = T | Promise<T>;

/** Goes on with `step` at once where the value is there, else when it is. */
export function chain<A, B>(value: Eventual<A>, step: (value: A) => Eventual<B>): Eventual<B> {
  return value instanceof Promise ? value.then(step) : step(value);
}

/**
 * Does `step` for one item after the other and collects what it gives.
 *
 * Never two steps at once: a step that throws must leave no promise behind that nobody waits for.
 */
export function eachInTurn<A, B>(items: readonly A[], step: (item: A) => Eventual<B>): Eventual<B[]> {
  const results: B[] = [];
  for (const [index, item] of items.entries()) {
    const result = step(item);
    if (result instanceof Promise) return restInTurn(results, result, items.slice(index + 1), step);
    results.push(result);
  }
  return results;
}

async function restInTurn<A, B>(
  results: B[],
  pending: Promise<B>,
  rest: readonly A[],
  step: (item: A) => Eventual<B>,
): Promise<B[]> {
  results.push(await pending);
  for (const item of rest) results.push(await step(item));
  return results;
}
