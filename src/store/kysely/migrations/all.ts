import type { Migration } from "kysely/migration";

import * as users from "./0001-users.ts";
import * as workflows from "./0002-workflows.ts";
import * as runs from "./0003-runs.ts";
import * as runIndexes from "./0004-run-indexes.ts";
import * as runLabels from "./0005-run-labels.ts";
import * as calls from "./0006-calls.ts";
import * as idempotencyKeys from "./0007-idempotency-keys.ts";
import * as leases from "./0008-leases.ts";
import * as uploads from "./0009-uploads.ts";
import * as gitCredentials from "./0010-git-credentials.ts";
import * as settings from "./0011-settings.ts";

/** All migrations by name, in order. A migration that was released never changes; a new one is added below. */
export const MIGRATIONS: Readonly<Record<string, Migration>> = {
  "0001-users": users,
  "0002-workflows": workflows,
  "0003-runs": runs,
  "0004-run-indexes": runIndexes,
  "0005-run-labels": runLabels,
  "0006-calls": calls,
  "0007-idempotency-keys": idempotencyKeys,
  "0008-leases": leases,
  "0009-uploads": uploads,
  "0010-git-credentials": gitCredentials,
  "0011-settings": settings,
};
