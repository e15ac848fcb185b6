import type { Context } from "hono";

import type { WorkflowRecord } from "../state/records.ts";
import type { State } from "../state/state.ts";
import { refusal } from "./answers.ts";
import { parseId } from "../../cromwell/ids.ts";
import type { Answer } from "./router.ts";

/** Cromwell's answer to an id that is none. */
export function invalidId(text: string): Response {
  return refusal(400, "fail", `Invalid workflow ID: '${text}'.`);
}

/** Cromwell's answer to an id that nothing has. */
export function unknownId(id: string): Response {
  return refusal(404, "fail", `Unrecognized workflow ID: ${id}`);
}

/** Answers with the workflow that the address names; an id is known from the moment its submission was answered. */
export function ofWorkflow(
  state: State,
  answer: (record: WorkflowRecord, context: Context) => Response | Promise<Response>,
): Answer {
  return async (context) => {
    const text = context.req.param("id") ?? "";
    const id = parseId(text);
    if (id === undefined) return invalidId(text);
    state.journal.flush();
    const record = state.workflows.find(id);
    return record ? await answer(record, context) : unknownId(id);
  };
}
