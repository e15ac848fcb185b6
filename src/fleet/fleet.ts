/**
 * Where an engine answers.
 *
 * `key` is what the embedded engine wants to hear in each request: a user who puts a link in the place of a socket
 * leads the gateway to an engine that refuses it. Cromwell knows no such thing (`null`).
 */
export type EngineAddress =
  | { readonly kind: "socket"; readonly path: string; readonly key: string | null }
  | { readonly kind: "port"; readonly host: string; readonly port: number; readonly key: string | null };

/** How an engine stands. `broken` says why, in words for its user. */
export type EngineState =
  | { readonly kind: "asleep" }
  | { readonly kind: "waking" }
  | { readonly kind: "ready"; readonly address: EngineAddress }
  | { readonly kind: "broken"; readonly reason: string; readonly retryAt: Date };

/**
 * Where engines live: one per user. `test/contract/fleet.contract.ts` is the specification.
 */
export interface Fleet {
  /**
   * Makes sure that the user's engine runs and answers, and says where.
   *
   * Idempotent, also when called twice at once: no user ever has two.
   *
   * @throws {AweError} `engine_unavailable` when it does not answer in time or is backing off after crashes.
   */
  wake(userName: string): Promise<EngineAddress>;
  /** How the engine stands now; starts nothing. Never throws for an unknown user. */
  state(userName: string): Promise<EngineState>;
  /** Ends the engine, gently first. Ending what does not run is no error. */
  sleep(userName: string): Promise<void>;
  /** Users whose engine runs now. */
  awake(): readonly string[];
  /** Ends all engines. Their tasks go on by themselves, and the next engines find them. */
  close(): Promise<void>;
}
