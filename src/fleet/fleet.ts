/** Where an engine answers. */
export type EngineAddress =
  | { readonly kind: "socket"; readonly path: string }
  | { readonly kind: "port"; readonly host: string; readonly port: number };

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
   * Idempotent, also when called twice at once or after the gateway was killed: an engine that still runs is found
   * again, and no user ever has two.
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
  /** Lets go of all engines without ending them: they go on and are found again. */
  close(): Promise<void>;
}
