import type { Compilable, CompiledQuery, DialectAdapter, Kysely, QueryResult } from "kysely";

import type { Tables } from "./tables.ts";

/** Stands for an argument while a query is compiled. */
class Placeholder {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

/**
 * A query that is built and compiled once per database, and then only gets its arguments.
 *
 * For the hot paths: building a query takes longer than SQLite takes to answer it (measured for the newest run of a
 * workflow: 72 µs when built each time, 22 µs when prepared). `build` must put each argument into the query as it is, and must
 * not look at it.
 */
export function prepared<Arguments extends object, Row>(
  build: (db: Kysely<Tables>, args: Arguments) => Compilable<Row>,
): (db: Kysely<Tables>, args: Arguments) => Promise<QueryResult<Row>> {
  const compiled = new WeakMap<DialectAdapter, CompiledQuery<Row>>();
  const placeholders = new Proxy({}, { get: (_, name) => new Placeholder(String(name)) }) as Arguments;
  return (db, args) => {
    const { adapter } = db.getExecutor();
    let query = compiled.get(adapter);
    if (query === undefined) {
      query = build(db, placeholders).compile();
      compiled.set(adapter, query);
    }
    const parameters = query.parameters.map((parameter) =>
      parameter instanceof Placeholder ? args[parameter.name as keyof Arguments] : parameter,
    );
    return db.executeQuery({ ...query, parameters });
  };
}
