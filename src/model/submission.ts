import type { JsonObject } from "./run.ts";

/** What a request names as its source, as the doors hand it over: well-formed, not yet looked at. */
export type SourceRequest =
  /** A Git repository over http(s); `ref` is a branch, tag or commit, `path` a folder or a WDL file in it. */
  | { readonly kind: "git"; readonly repo: string; readonly ref: string | null; readonly path: string | null }
  /** Plain addresses of the documents (seed 004's fields). `inputsUrls` in ascending order, later ones win. */
  | {
      readonly kind: "url";
      readonly workflowUrl: string;
      readonly inputsUrls: readonly string[];
      readonly optionsUrl: string | null;
      readonly labelsUrl: string | null;
      readonly dependenciesUrl: string | null;
    }
  /** Cromwell's own parts. */
  | { readonly kind: "inline"; readonly workflowSource: string; readonly dependencies: Uint8Array | null }
  /** A folder, packed as a zip by the command line; `path` as for `git`. */
  | {
      readonly kind: "archive";
      readonly zip: Uint8Array;
      readonly name: string | null;
      readonly path: string | null;
      readonly commit: string | null;
      readonly dirty: boolean | null;
    };

/** One request to start a workflow, from whatever door. */
export interface Submission {
  /** `null`: start the workflow's stored source again. */
  readonly source: SourceRequest | null;
  /** Merged over what the source brings; `null` when the request has none. */
  readonly inputs: JsonObject | null;
  readonly options: JsonObject | null;
  readonly label: string | null;
  readonly labels: Readonly<Record<string, string>>;
  readonly onHold: boolean;
  readonly ensemble: string | null;
  /** Higher goes first; `null` where the request does not say. */
  readonly priority: number | null;
}
