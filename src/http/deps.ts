import type { Clock } from "#src/clock.ts";
import type { Ids } from "#src/ids.ts";
import type { Log } from "#src/log.ts";
import type { Fleet } from "#src/fleet/fleet.ts";
import type { AuthorizeDeps } from "#src/users/authorize.ts";
import type { Store } from "#src/store/store.ts";
import type { AbortDeps } from "#src/workflows/abort.ts";
import type { AnswerDeps } from "#src/workflows/cromwell-answers.ts";
import type { BytesDeps } from "#src/workflows/bytes.ts";
import type { CredentialDeps } from "#src/workflows/credentials.ts";
import type { SubmitDeps } from "#src/workflows/submit.ts";
import type { PrincipalVariables } from "./middleware/principal.ts";

/** Everything the doors need, made by a composition. */
export interface HttpDeps extends SubmitDeps, AbortDeps, BytesDeps, CredentialDeps, AnswerDeps {
  readonly store: Store;
  readonly fleet: Fleet;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  readonly version: string;
  /** Whether users are kept apart by accounts of the system, for `/awe/v1/me`. */
  readonly isolation: "account" | "none";
  readonly limits: { readonly bodyBytes: number; readonly uploadBytes: number };
  /** The path below which AWE is mounted; empty, or with a slash at its head only. */
  readonly urlPrefix: string;
  readonly authorize: AuthorizeDeps;
}

/** What a request carries through the middleware. */
export interface HttpEnv {
  Variables: PrincipalVariables;
}
