import type { RunView } from "#src/workflows/run-view.ts";
import type { Server } from "./server.ts";

/** The newest run of one of the caller's workflows. @throws {CliError} `refused` where there is no such workflow. */
export async function newestRun(server: Server, workflow: string): Promise<RunView> {
  return server.json<RunView>("GET", [await server.userName(), workflow]);
}
