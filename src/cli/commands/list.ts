import type { RunSummary } from "#src/workflows/run-view.ts";
import type { Context, Run } from "../command.ts";
import { EXIT } from "../exit.ts";
import type { Given } from "../given.ts";
import { spanText, statusText, tookText } from "../run-text.ts";
import { serverOf, type Server } from "../server.ts";
import { cut, printable, type Terminal } from "../terminal.ts";

/** The server's own bound of a page. */
const LARGEST_PAGE = 500;

interface Page {
  readonly items: readonly RunSummary[];
  readonly next?: string;
}

/** `awe list`: runs, newest first. */
export const run: Run = async (context, given) => {
  const { out } = context;
  const server = await serverOf(context, given);
  const page = given.flag("all") ? await everything(server, given) : await pageOf(server, given, undefined);
  if (given.flag("json")) out.line(JSON.stringify(page, null, 2));
  else show(context, page, given);
  return EXIT.ok;
};

function pageOf(server: Server, given: Given, cursor: string | undefined): Promise<Page> {
  const limit = given.flag("all") ? LARGEST_PAGE : given.wholeNumber("limit", 1, LARGEST_PAGE);
  return server.json<Page>("GET", ["awe", "v1", "runs"], {
    query: {
      phase: given.list("phase"),
      label: given.list("label"),
      name: given.text("name"),
      user: given.text("user"),
      limit: limit?.toString(),
      cursor,
    },
  });
}

async function everything(server: Server, given: Given): Promise<Page> {
  const items: RunSummary[] = [];
  let cursor: string | undefined;
  do {
    const page = await pageOf(server, given, cursor);
    items.push(...page.items);
    cursor = page.next;
  } while (cursor !== undefined);
  return { items };
}

function show({ out, err }: Context, { items, next }: Page, given: Given): void {
  const withUser = given.text("user") === "*";
  if (!out.isTty) {
    for (const run of items) {
      const cells = [run.name, run.phase, run.submittedAt, run.id, run.label ?? "", ...(withUser ? [run.user] : [])];
      out.line(cells.map((cell) => printable(cell).replaceAll(/[\t\n]/g, " ")).join("\t"));
    }
    return;
  }
  if (items.length === 0) return out.line("There are no such runs.");
  table(items, withUser, out);
  if (next !== undefined) err.line("There are more: --all, or --limit NUMBER.");
}

function table(items: readonly RunSummary[], withUser: boolean, out: Terminal): void {
  const now = new Date();
  const nameOf = (run: RunSummary) => (withUser ? `${run.user}/${run.name}` : run.name);
  const width = Math.min(40, Math.max(4, ...items.map((run) => nameOf(run).length)));
  out.line(
    out.paint(
      `${"NAME".padEnd(width)}  ${"PHASE".padEnd(10)}  ${"AGE".padEnd(8)} ${"TOOK".padEnd(8)} ${"ID".padEnd(36)}  LABEL`,
      "bold",
    ),
  );
  for (const run of items) {
    const phase = `${statusText(run.phase, out)}${" ".repeat(Math.max(0, 10 - run.phase.length))}`;
    const age = ageText(now.getTime() - Date.parse(run.submittedAt));
    const room = Math.max(8, out.columns - width - 72);
    const label = cut(run.label ?? "", room);
    out.line(
      `${cut(nameOf(run), width).padEnd(width)}  ${phase}  ${age.padEnd(8)} ${tookText(run, now).padEnd(8)} ${run.id}  ${label}`.trimEnd(),
    );
  }
}

const DAY_MS = 86_400_000;

function ageText(milliseconds: number): string {
  return milliseconds < 2 * DAY_MS ? spanText(milliseconds) : `${Math.floor(milliseconds / DAY_MS)} days`;
}
