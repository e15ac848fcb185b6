/**
 * What this engine answers where Cromwell tells its version.
 *
 * It begins with the release whose API and language this engine follows, since clients compare that number.
 */
export const ENGINE_VERSION = "92-awe";
