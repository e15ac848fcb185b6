/** Who is calling: the verified claims of a token, as far as AWE uses them. */
export interface Principal {
  readonly issuer: string;
  readonly subject: string;
  /** The user's name as the configured claim tells it; not yet checked against the users that exist. */
  readonly userName: string;
  /** The lab that the token tells; the store's wins. */
  readonly lab: string | null;
  readonly admin: boolean;
}
