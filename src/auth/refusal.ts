import {
  JwkInvalidKtyError,
  JwkInvalidUseError,
  JwkValidationError,
  JwtExpiredError,
  JwtInvalidAudienceError,
  JwtInvalidIssuerError,
  JwtInvalidSignatureAlgorithmError,
  JwtInvalidSignatureError,
  JwtNotBeforeError,
  JwtParseError,
  JwtWithoutValidKidError,
  KidNotFoundInJwksError,
  ParameterValidationError,
} from "aws-jwt-verify/error";

import { AweError } from "#src/errors.ts";

const NOT_OURS = "The token is of an issuer that this AWE does not know.";
const BAD_KEY = "The key that the token names cannot be used to check signatures.";

/** What a caller hears. Never anything out of the token, which errors of the parser would repeat. */
const REASONS: readonly (readonly [new (...args: never[]) => Error, string])[] = [
  [JwtExpiredError, "The token has expired; get a new one."],
  [JwtNotBeforeError, "The token is not valid yet; is the clock of the machine that made it right?"],
  [JwtInvalidIssuerError, NOT_OURS],
  // Thrown for an issuer that is not configured, or when there is none in the token.
  [ParameterValidationError, NOT_OURS],
  [JwtInvalidAudienceError, "The token was made for somebody else: its audience is not this AWE."],
  [JwtInvalidSignatureError, "The token's signature is wrong."],
  [
    JwtInvalidSignatureAlgorithmError,
    "The token's signature algorithm is not allowed: RS256, RS384, RS512, ES256, ES384 or ES512 are.",
  ],
  [JwtWithoutValidKidError, "The token does not say which key signed it (kid)."],
  [KidNotFoundInJwksError, "The token's issuer has no key of the id that it names (kid)."],
  [JwtParseError, "The token is not a JSON Web Token."],
  [JwkInvalidUseError, BAD_KEY],
  [JwkInvalidKtyError, BAD_KEY],
  [JwkValidationError, BAD_KEY],
];

/** What a token was refused for, whatever was thrown: nothing that a token contains may become a 500. */
export function refusalOf(thrown: unknown): AweError {
  if (thrown instanceof AweError) return thrown;
  const reason = REASONS.find(([kind]) => thrown instanceof kind);
  const message = reason?.[1] ?? "The token cannot be read.";
  return new AweError("unauthenticated", message, { cause: thrown });
}
