/** Owner of workflows: one engine, one engine database, one place for bytes. */
export interface User {
  /** See `USER_NAME`. */
  readonly name: string;
  /** Who pays; `default` where nobody said. */
  readonly lab: string;
  /** The identity that the name is bound to. */
  readonly issuer: string;
  readonly subject: string;
  readonly createdAt: Date;
}

/** What user names look like: bucket, SQL and role names are made of them one to one. */
const USER_NAME = /^[a-z][a-z0-9-]{0,29}[a-z0-9]$/;

/** What workflow names look like. */
const WORKFLOW_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;

/** First path segments that are doors of AWE, and so no user names. */
const RESERVED_USERS: ReadonlySet<string> = new Set([
  "api",
  "awe",
  "auth",
  "docs",
  "engine",
  "ga4gh",
  "healthz",
  "hooks",
  "metrics",
  "openapi.json",
  "swagger",
  "cromwell.yaml",
  "ui",
  ".well-known",
]);

/** Second path segments that are Cromwell's own, and so no workflow names. */
const RESERVED_WORKFLOWS: ReadonlySet<string> = new Set(["api", "engine"]);

/** True when `name` can be a user's. */
export function isUserName(name: string): boolean {
  return USER_NAME.test(name) && !RESERVED_USERS.has(name);
}

/** True when `name` can be a workflow's. */
export function isWorkflowName(name: string): boolean {
  return WORKFLOW_NAME.test(name) && !RESERVED_WORKFLOWS.has(name);
}
