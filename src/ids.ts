import { randomUUID } from "node:crypto";

/** Where ids come from. Injected, so that tests can foresee them. */
export interface Ids {
  /** A fresh lower-case UUID; a run's id is also its Cromwell workflow id. */
  uuid(): string;
}

/** Random UUIDs (version 4). */
export const randomIds: Ids = { uuid: () => randomUUID() };
