import type { Engine } from "../run/engine.ts";
import type { State } from "../state/state.ts";
import { json, refusal } from "./answers.ts";
import { parseId } from "../../cromwell/ids.ts";
import { invalidId, unknownId } from "./known-workflow.ts";
import type { Routes } from "./router.ts";

/** What changes the course of a workflow. */
export function controlRoutes({ state, engine }: { readonly state: State; readonly engine: Engine }): Routes {
  const base = "/api/workflows/:version/:id";
  return {
    [`${base}/abort`]: {
      POST: (context) => {
        const text = context.req.param("id") ?? "";
        const id = parseId(text);
        if (id === undefined) return invalidId(text);
        const status = engine.abort(id);
        if (status !== undefined) return json({ id, status });
        // Cromwell tells neither unknown from ended, nor a workflow from a sub-workflow.
        return refusal(404, "error", `Couldn't abort ${id} because no workflow with that ID is in progress`);
      },
    },
    [`${base}/releaseHold`]: {
      POST: (context) => {
        const text = context.req.param("id") ?? "";
        const id = parseId(text);
        if (id === undefined) return invalidId(text);
        state.journal.flush();
        if (!state.workflows.status(id)) return unknownId(id);
        if (engine.releaseHold(id)) return json({ id, status: "Submitted" });
        const reason = "because the workflow is not in 'On Hold' state";
        return refusal(403, "error", `Couldn't change status of workflow ${id} to 'Submitted' ${reason}`);
      },
    },
  };
}
