import { userInfo } from "node:os";
import { join } from "node:path";

import { authenticateTokens, keysInProcess, type Authenticate } from "#src/auth/authenticate.ts";
import { everyoneIsOne } from "#src/auth/everyone-is-one.ts";
import { fetchKeys } from "#src/auth/fetch-keys.ts";
import { systemClock } from "#src/clock.ts";
import type { Config } from "#src/config.ts";
import { cromwellEngines } from "#src/engines/cromwell.ts";
import { cromwellJarProgram } from "#src/fleet/cromwell-jar.ts";
import { embeddedProgram } from "#src/fleet/embedded.ts";
import type { Fleet } from "#src/fleet/fleet.ts";
import { localFleet } from "#src/fleet/local.ts";
import { createApp } from "#src/http/app.ts";
import type { HttpDeps } from "#src/http/deps.ts";
import { loopbackGuard } from "#src/http/middleware/loopback-guard.ts";
import { principal } from "#src/http/middleware/principal.ts";
import { requestLog } from "#src/http/middleware/request-log.ts";
import { securityHeaders } from "#src/http/middleware/security-headers.ts";
import { randomIds } from "#src/ids.ts";
import type { Log } from "#src/log.ts";
import { liveMetadata, type LiveMetadata } from "#src/monitor/live.ts";
import { sharedReads } from "#src/monitor/shared-reads.ts";
import { fileObjects } from "#src/objects/files.ts";
import { startControlLoop, type ControlLoop } from "#src/scheduler/loop.ts";
import { fileSecrets } from "#src/secrets/files.ts";
import { parseAllow } from "#src/sources/addresses.ts";
import { localSources } from "#src/sources/local.ts";
import { openStore } from "#src/store/kysely/open.ts";
import { recentUsers } from "#src/users/recent-users.ts";
import { freezeStored } from "#src/workflows/freeze-submission.ts";
import { accountsOf } from "./accounts.ts";
import { openLocalIssuer } from "./issuer.ts";
import { openStateFolder, userFolders } from "./state-folder.ts";
import { lockStateFolder } from "./state-lock.ts";
import { VERSION } from "#src/version.ts";

/** How long an engine may take to its first answer: Node starts in a tenth of a second, Cromwell in a minute. */
const WAKE_TIMEOUT_MS = { embedded: 20_000, cromwell: 180_000 } as const;

/** What a process that serves HTTP tells the one that runs the control loop. */
export interface ControlLink {
  readonly fleet: Fleet;
  readonly live: LiveMetadata;
  readonly nudge: () => void;
}

/** AWE on one machine, put together. */
export interface Composition {
  readonly dataFolder: string;
  readonly app: ReturnType<typeof createApp>;
  readonly fleet: Fleet;
  readonly live: LiveMetadata;
  /** Absent in a process that only serves HTTP. */
  readonly loop: ControlLoop | null;
  readonly notices: readonly string[];
  /** Ends everything in order; running tasks go on. */
  readonly close: () => Promise<void>;
}

/**
 * The composition root of one machine.
 *
 * With `link`, this process only serves HTTP: the fleet and the control loop are in another one.
 */
export async function compose(
  config: Config,
  env: Readonly<Record<string, string | undefined>>,
  log: Log,
  link: ControlLink | null,
): Promise<Composition> {
  const clock = systemClock;
  const ids = randomIds;
  const isRoot = process.getuid?.() === 0;
  const otherAccounts = isRoot && config.isolation === "account";
  const { dataFolder, usersFolder, notice } = await openStateFolder(config.dataFolder, otherAccounts);
  const lock = link ? null : await lockStateFolder(dataFolder);
  const [store, issuer] = await Promise.all([
    openStore(config.databaseUrl ?? join(dataFolder, "awe.sqlite"), { clock }),
    openLocalIssuer(dataFolder),
  ]);
  const accountOf = accountsOf({
    dataFolder,
    isolation: config.isolation,
    uidBase: config.uidBase,
    isRoot,
    hasOpenPort: config.cromwellJar !== null,
  });
  const userFolder = userFolders(usersFolder, accountOf);
  const objects = fileObjects({ dataFolder, usersFolder, accountOf, userFolder });
  const secrets = fileSecrets(join(dataFolder, "secrets"));
  const sources = localSources({ allow: parseAllow(config.sourceAllow), clock, log });
  const engines = cromwellEngines();

  const fleet =
    link?.fleet ??
    localFleet({
      dataFolder,
      accountOf,
      userFolder,
      programOf:
        config.cromwellJar === null
          ? embeddedProgram({ env, cores: config.engineCores, memoryBytes: config.engineMemoryBytes })
          : cromwellJarProgram({ jar: config.cromwellJar, java: config.java, env }),
      answers: (at) => engines.answers(at),
      clock,
      log,
      wakeTimeoutMs: config.cromwellJar === null ? WAKE_TIMEOUT_MS.embedded : WAKE_TIMEOUT_MS.cromwell,
    });
  const live = link?.live ?? liveMetadata(engines);
  const freezing = { store, objects, sources, secrets };
  const loop =
    lock &&
    startControlLoop({
      store,
      objects,
      fleet,
      engines,
      clock,
      log,
      holder: lock.holder,
      freezeRun: (run) => freezeStored(freezing, run),
      idleMs: config.engineIdleMs,
    });

  const authorize = { users: store.users, recent: recentUsers(clock), clock, log, admins: config.admins };
  const authenticate: Authenticate =
    config.auth === "none"
      ? everyoneIsOne({ issuer: issuer.issuer, accountName: userInfo().username })
      : authenticateTokens({
          issuers: [issuer.settings, ...config.issuers],
          admins: config.admins,
          fetchKeys: keysInProcess({ address: issuer.settings.jwksUri, jwks: issuer.jwks }, fetchKeys),
          clock,
          log,
        });
  const deps: HttpDeps = {
    ...freezing,
    // Who cannot be served here is told so before anything is stored.
    objects: {
      ...objects,
      put: async (userName, key, bytes) => {
        await accountOf(userName);
        return objects.put(userName, key, bytes);
      },
    },
    // Who reads from an engine uses it: its idle time begins anew.
    fleet: {
      ...fleet,
      wake: (userName) => {
        loop?.used(userName);
        return fleet.wake(userName);
      },
    },
    engines,
    reads: sharedReads(engines),
    live,
    clock,
    ids,
    log,
    nudge: link?.nudge ?? (() => loop?.nudge()),
    authorize,
    version: VERSION,
    isolation: otherAccounts ? "account" : config.isolation,
    limits: { bodyBytes: config.maxBodyBytes, uploadBytes: config.maxUploadBytes },
    urlPrefix: config.urlPrefix,
  };
  const guards = [
    requestLog({ log, clock, ids }),
    securityHeaders(),
    ...(config.auth === "none" ? [loopbackGuard()] : []),
  ];
  const app = createApp(deps, guards, [principal(authenticate, authorize)]);
  return {
    dataFolder,
    app,
    fleet,
    live,
    loop,
    notices: notice === null ? [] : [notice],
    async close() {
      await loop?.close();
      if (!link) await fleet.close();
      await engines.close();
      await store.close();
      lock?.release();
    },
  };
}
