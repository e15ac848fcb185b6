import { Hono } from "hono";

import type { Clock } from "../../clock.ts";
import type { Ids } from "../../ids.ts";
import type { Log } from "../../log.ts";
import type { Engine } from "../run/engine.ts";
import type { State } from "../state/state.ts";
import { controlRoutes } from "./control-routes.ts";
import { describeRoutes } from "./describe-routes.ts";
import { engineRoutes } from "./engine-routes.ts";
import { queryRoutes } from "./query-routes.ts";
import { addRoutes } from "./router.ts";
import { submitRoutes } from "./submit-routes.ts";
import { workflowRoutes } from "./workflow-routes.ts";

/** What the REST API stands on. */
export interface RestDeps {
  readonly state: State;
  readonly engine: Engine;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
}

/** Cromwell's REST API over an engine. Whoever can reach it may do everything: it has one user. */
export function createRest(deps: RestDeps): Hono {
  const app = new Hono();
  const routes = {
    ...engineRoutes(),
    ...queryRoutes(deps),
    ...describeRoutes(),
    ...submitRoutes(deps),
    ...controlRoutes(deps),
    ...workflowRoutes(deps),
  };
  addRoutes(app, routes, deps.log);
  return app;
}
