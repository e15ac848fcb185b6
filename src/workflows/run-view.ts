import {
  cromwellStatus,
  type Call,
  type Failure,
  type JsonObject,
  type Phase,
  type Run,
  type RunSource,
} from "#src/model/run.ts";

/** A call as the API shows it: no paths of the machine. */
export interface CallView {
  readonly key: string;
  readonly name: string;
  readonly shard: number;
  readonly attempt: number;
  readonly status: string;
  readonly returnCode: number | null;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
}

/** A run in a listing. */
export interface RunSummary {
  readonly id: string;
  /** The workflow's name. */
  readonly name: string;
  readonly user: string;
  readonly lab: string;
  readonly status: string;
  readonly phase: Phase;
  readonly source: RunSource;
  readonly label: string | null;
  readonly labels: Readonly<Record<string, string>>;
  readonly ensemble: string | null;
  readonly priority: number;
  readonly submittedAt: string;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
}

/** A run with everything that its owner may see. */
export interface RunView extends RunSummary {
  readonly calls: readonly CallView[];
  readonly outputs: JsonObject | null;
  readonly failures: readonly Failure[];
}

const iso = (at: Date | null) => at?.toISOString() ?? null;

/** The run as listings show it. */
export function runSummary(run: Run): RunSummary {
  return {
    id: run.runId,
    name: run.workflow,
    user: run.user,
    lab: run.lab,
    status: cromwellStatus(run.phase),
    phase: run.phase,
    source: run.source,
    label: run.label,
    labels: run.labels,
    ensemble: run.ensemble,
    priority: run.priority,
    submittedAt: run.submittedAt.toISOString(),
    startedAt: iso(run.startedAt),
    endedAt: iso(run.endedAt),
  };
}

/** The run as its owner sees it. */
export function runView(run: Run, calls: readonly Call[], outputs: JsonObject | null): RunView {
  return {
    ...runSummary(run),
    calls: calls.map(({ stdout: _stdout, stderr: _stderr, startedAt, endedAt, ...call }) => ({
      ...call,
      startedAt: iso(startedAt),
      endedAt: iso(endedAt),
    })),
    outputs,
    failures: run.failures,
  };
}
