import { z } from "zod";

import { AweError } from "#src/errors.ts";
import { PHASES, type Phase } from "#src/model/run.ts";
import type { PageRequest, RunFilter } from "#src/store/store.ts";

/** One page at most. */
const MOST = 500;

const list = z.union([z.string(), z.array(z.string())]).transform((value) => (Array.isArray(value) ? value : [value]));
const time = z.iso.datetime({ offset: true }).transform((text) => new Date(text));

/** What narrows and pages `GET /awe/v1/runs`. */
export const ListingSchema = z.strictObject({
  phase: list
    .transform((values) => values.flatMap((value) => value.split(",")))
    .pipe(z.array(z.enum(PHASES as [Phase, ...Phase[]])))
    .optional()
    .describe("One of the phases; repeated or parted by commas for several"),
  name: z.string().optional().describe("The workflow's name"),
  label: list.optional().describe("`key` or `key:value`; repeated labels must all match"),
  ensemble: z.string().optional(),
  from: time.optional().describe("Submitted at or after this time, ISO 8601"),
  to: time.optional().describe("Submitted at or before this time, ISO 8601"),
  user: z.string().optional().describe("Administrators only: a user's name, or * for everybody"),
  limit: z.coerce.number().int().min(1).max(MOST).optional().describe("Items on a page, 50 if absent"),
  cursor: z.string().optional().describe("The page before's `next`"),
});

/** A listing as asked for. */
export interface Listing {
  readonly filter: RunFilter;
  readonly page: PageRequest;
  readonly user: string | undefined;
}

/**
 * Reads the query of a listing.
 *
 * @throws {AweError} `invalid_request` with a finding for each parameter at fault.
 */
export function parseListing(query: Readonly<Record<string, readonly string[]>>): Listing {
  const parsed = ListingSchema.safeParse(
    Object.fromEntries(Object.entries(query).map(([key, values]) => [key, values.length === 1 ? values[0] : values])),
  );
  if (!parsed.success) {
    const findings = parsed.error.issues.map((issue) => ({
      message: `${issue.path.join(".") || "query"}: ${issue.message}`,
    }));
    throw new AweError("invalid_request", findings.map(({ message }) => message).join("; "), { findings });
  }
  const { phase, name, label, ensemble, from, to, user, limit, cursor } = parsed.data;
  return {
    user,
    filter: {
      ...(phase === undefined ? {} : { phases: phase }),
      ...(name === undefined ? {} : { workflow: name }),
      ...(ensemble === undefined ? {} : { ensemble }),
      ...(label === undefined ? {} : { labels: label.map(labelFilter) }),
      ...(from === undefined ? {} : { submittedFrom: from }),
      ...(to === undefined ? {} : { submittedTo: to }),
    },
    page: { size: limit ?? 50, ...(cursor === undefined ? {} : { cursor }) },
  };
}

function labelFilter(text: string): { key: string; value?: string } {
  const colon = text.indexOf(":");
  return colon < 0 ? { key: text } : { key: text.slice(0, colon), value: text.slice(colon + 1) };
}
