import type { Worker } from "node:cluster";

import { AweError, errorText, type ErrorCode } from "#src/errors.ts";
import type { EngineAddress, EngineState, Fleet } from "#src/fleet/fleet.ts";
import type { JsonObject } from "#src/model/run.ts";
import type { Composition, ControlLink } from "./compose.ts";

/** What a worker asks of the first process. */
interface Question {
  readonly id: number;
  readonly ask: "wake" | "state" | "nudge" | "metadata";
  readonly user: string;
  /** For `metadata`: which run, and where its engine is. */
  readonly run?: { readonly at: EngineAddress; readonly runId: string };
}

/** What it hears. */
type Answer =
  | { readonly id: number; readonly answer: unknown }
  | { readonly id: number; readonly failure: { readonly code: ErrorCode; readonly message: string } };

/**
 * Answers a worker's questions about engines; ends with the worker.
 *
 * Live metadata goes through here as well, so that those who watch a run by different workers share one request.
 */
export function answerWorkers(
  worker: Worker,
  { fleet, live, loop }: Pick<Composition, "fleet" | "live" | "loop">,
): void {
  const ask = async ({ ask, user, run }: Question): Promise<unknown> => {
    if (ask === "nudge") return loop?.nudge();
    if (run) return live(run.at, run.runId);
    if (ask === "state") return fleet.state(user);
    loop?.used(user);
    return fleet.wake(user);
  };
  worker.on("message", (question: Question) => {
    const send = (answer: Answer) => void (worker.isConnected() && worker.send(answer));
    ask(question).then(
      (answer) => send({ id: question.id, answer }),
      (cause: unknown) =>
        send({
          id: question.id,
          failure: { code: cause instanceof AweError ? cause.code : "internal", message: errorText(cause) },
        }),
    );
  });
}

/** The first process as a worker sees it: its fleet, and a nudge for its control loop. */
export function controlLink(): ControlLink {
  const waiting = new Map<number, { resolve: (answer: unknown) => void; reject: (cause: Error) => void }>();
  let last = 0;
  process.on("message", (answer: Answer) => {
    const asked = waiting.get(answer.id);
    waiting.delete(answer.id);
    if ("failure" in answer) asked?.reject(new AweError(answer.failure.code, answer.failure.message));
    else asked?.resolve(answer.answer);
  });
  const ask = (question: Omit<Question, "id">): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const id = ++last;
      waiting.set(id, { resolve, reject });
      process.send?.({ id, ...question } satisfies Question);
    });
  const fleet: Fleet = {
    wake: async (userName) => (await ask({ ask: "wake", user: userName })) as EngineAddress,
    state: async (userName) => revived((await ask({ ask: "state", user: userName })) as EngineState),
    sleep: () => Promise.reject(new AweError("internal", "only the first process puts engines to sleep")),
    awake: () => [],
    close: async () => {},
  };
  return {
    fleet,
    live: async (at, runId) => (await ask({ ask: "metadata", user: "", run: { at, runId } })) as JsonObject | undefined,
    nudge: () => void ask({ ask: "nudge", user: "" }).catch(() => {}),
  };
}

/** Messages between processes are JSON: a time comes as text. */
function revived(state: EngineState): EngineState {
  return state.kind === "broken" ? { ...state, retryAt: new Date(state.retryAt) } : state;
}
