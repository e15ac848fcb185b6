import type { Clock } from "#src/clock.ts";
import { AweError, errorText } from "#src/errors.ts";
import type { Log } from "#src/log.ts";
import type { SourceRequest } from "#src/model/submission.ts";
import type { Allow } from "./addresses.ts";
import { openArchive } from "./archive.ts";
import type { Lookup } from "./guarded-fetch.ts";
import { openInline } from "./inline.ts";
import { SOURCE_LIMITS, type SourceLimits } from "./limits.ts";
import type { FetchedSource, FindCredential, Sources } from "./sources.ts";

/** What fetching from this machine needs. */
export interface LocalSourcesDeps {
  readonly allow: Allow;
  readonly log: Log;
  readonly clock: Clock;
  /** `SOURCE_LIMITS` where absent. */
  readonly limits?: SourceLimits;
  /** The machine's resolver where absent. */
  readonly lookup?: Lookup;
}

/**
 * Sources, fetched by this process into its memory.
 *
 * The clients of Git and of the web are loaded when the first source needs them: they take as long as all else that
 * AWE loads at its start.
 */
export function localSources(deps: LocalSourcesDeps): Sources {
  const { allow, log, clock, limits = SOURCE_LIMITS } = deps;
  const web = async () => {
    const { systemLookup } = await import("./guarded-fetch.ts");
    return { allow, lookup: deps.lookup ?? systemLookup, limits };
  };

  const fetch = async (source: SourceRequest, credential: FindCredential): Promise<FetchedSource> => {
    const signal = AbortSignal.timeout(limits.fetchMs);
    switch (source.kind) {
      case "git":
        return (await import("./git.ts")).fetchGit(await web(), source, credential, signal);
      case "url":
        return (await import("./url.ts")).fetchUrls(await web(), source, signal);
      case "inline":
        return openInline(source, limits);
      case "archive":
        return openArchive(source, limits);
    }
  };

  return {
    probe: async (source, credential, deadlineMs) => {
      const signal = AbortSignal.timeout(deadlineMs);
      try {
        if (source.kind === "git") await (await import("./git.ts")).probeGit(await web(), source, credential, signal);
        if (source.kind === "url") await (await import("./url.ts")).probeUrls(await web(), source, signal);
        return "there";
      } catch (thrown) {
        if (signal.aborted) return "late";
        throw thrown;
      }
    },
    fetch: async (source, credential) => {
      const startedAt = clock.now().getTime();
      const fields = () => ({ kind: source.kind, ms: clock.now().getTime() - startedAt });
      try {
        const fetched = await fetch(source, credential);
        log.info("source.fetched", { ...fields(), files: fetched.tree.paths.length });
        return fetched;
      } catch (thrown) {
        // What a refusal says is for its caller alone; an address may name things that are nobody else's business.
        const isRefusal = thrown instanceof AweError;
        log.warn("source.refused", { ...fields(), ...(isRefusal ? {} : { error: errorText(thrown) }) });
        throw thrown;
      }
    },
    fetchDocument: async (address) => {
      const { fetchImport } = await import("./url.ts");
      return fetchImport(await web(), address, AbortSignal.timeout(limits.fetchMs));
    },
  };
}
