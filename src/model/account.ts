/** An account of the operating system under which a user's engine and tasks run, and their files are read. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
  /** The login name, where the system knows one: its groups come along. */
  readonly name: string | null;
}

/**
 * The account of a user; `null` where AWE cannot or shall not change accounts, and everything runs under its own.
 *
 * @throws {AweError} `forbidden` when this installation cannot serve another user apart from the first.
 */
export type AccountOf = (userName: string) => Promise<Account | null>;
