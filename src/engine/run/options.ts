/** The workflow options that this engine follows; all others are kept and shown. */
export interface WorkflowOptions {
  readonly continueWhilePossible: boolean;
  readonly runtimeDefaults: Readonly<Record<string, unknown>>;
  readonly outputsFolder?: string;
  /** Copies keep only the part of their path that follows `execution`. */
  readonly relativeOutputs: boolean;
  /** Metadata shows the copies in place of the outputs. */
  readonly showCopies: boolean;
  readonly logFolder?: string;
  readonly callLogsFolder?: string;
}

/** Reads options that the submission has accepted. A value of another type than Cromwell expects counts as absent. */
export function readOptions(options: Readonly<Record<string, unknown>>): WorkflowOptions {
  const defaults = options["default_runtime_attributes"];
  const outputsFolder = folder(options["final_workflow_outputs_dir"]);
  const logFolder = folder(options["final_workflow_log_dir"]);
  const callLogsFolder = folder(options["final_call_logs_dir"]);
  return {
    continueWhilePossible: text(options["workflow_failure_mode"])?.toLowerCase() === "continuewhilepossible",
    runtimeDefaults: typeof defaults === "object" && defaults !== null ? { ...defaults } : {},
    relativeOutputs: String(options["use_relative_output_paths"]).toLowerCase() === "true",
    showCopies: text(options["final_workflow_outputs_dir_metadata"])?.toLowerCase() === "destination",
    ...(outputsFolder === undefined ? {} : { outputsFolder }),
    ...(logFolder === undefined ? {} : { logFolder }),
    ...(callLogsFolder === undefined ? {} : { callLogsFolder }),
  };
}

function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function folder(value: unknown): string | undefined {
  return text(value) || undefined;
}
