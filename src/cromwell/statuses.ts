/** Cromwell's seven workflow statuses, in the order in which they win over each other; note the space in `On Hold`. */
export const WORKFLOW_STATUSES = [
  "On Hold",
  "Submitted",
  "Running",
  "Aborting",
  "Aborted",
  "Succeeded",
  "Failed",
] as const;

/** One of Cromwell's workflow statuses. */
export type WorkflowStatus = (typeof WORKFLOW_STATUSES)[number];
