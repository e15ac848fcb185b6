import type { Migration } from "kysely/migration";

import { up as users } from "./0001-users.ts";
import { up as workflows } from "./0002-workflows.ts";
import { up as runs } from "./0003-runs.ts";
import { up as runIndexes } from "./0004-run-indexes.ts";
import { up as runLabels } from "./0005-run-labels.ts";
import { up as calls } from "./0006-calls.ts";
import { up as idempotencyKeys } from "./0007-idempotency-keys.ts";
import { up as leases } from "./0008-leases.ts";
import { up as uploads } from "./0009-uploads.ts";
import { up as gitCredentials } from "./0010-git-credentials.ts";
import { up as settings } from "./0011-settings.ts";

/** All migrations by name, in order. A migration that was released never changes; a new one is added below. */
export const MIGRATIONS: Readonly<Record<string, Migration>> = {
  "0001-users": { up: users },
  "0002-workflows": { up: workflows },
  "0003-runs": { up: runs },
  "0004-run-indexes": { up: runIndexes },
  "0005-run-labels": { up: runLabels },
  "0006-calls": { up: calls },
  "0007-idempotency-keys": { up: idempotencyKeys },
  "0008-leases": { up: leases },
  "0009-uploads": { up: uploads },
  "0010-git-credentials": { up: gitCredentials },
  "0011-settings": { up: settings },
};
