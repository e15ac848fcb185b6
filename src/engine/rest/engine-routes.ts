import { ENGINE_VERSION } from "../version.ts";
import { json } from "./answers.ts";
import type { Routes } from "./router.ts";

/** What can be asked about the engine itself. */
export function engineRoutes(): Routes {
  return {
    "/api/workflows/:version/backends": {
      GET: () => json({ supportedBackends: ["Local"], defaultBackend: "Local" }),
    },
    "/engine/:version/version": { GET: () => json({ cromwell: ENGINE_VERSION }) },
    // Cromwell names the subsystems that it watches here; by default, as here, it watches none.
    "/engine/:version/status": () => json({}),
    "/engine/:version/stats": {
      GET: () => json({ status: "fail", message: "The /stats endpoint is currently disabled." }, 403),
    },
  };
}
