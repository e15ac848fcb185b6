import type { Worker } from "node:cluster";

import { AweError, errorText, type ErrorCode } from "#src/errors.ts";
import type { EngineAddress, EngineState, Fleet } from "#src/fleet/fleet.ts";
import type { Composition, ControlLink } from "./compose.ts";

/** What a worker asks of the first process. */
interface Question {
  readonly id: number;
  readonly ask: "wake" | "state" | "nudge";
  readonly user: string;
}

/** What it hears. */
type Answer =
  | { readonly id: number; readonly answer: unknown }
  | { readonly id: number; readonly failure: { readonly code: ErrorCode; readonly message: string } };

/** Answers a worker's questions about engines; ends with the worker. */
export function answerWorkers(worker: Worker, { fleet, loop }: Pick<Composition, "fleet" | "loop">): void {
  const ask = async ({ ask, user }: Question): Promise<unknown> => {
    if (ask === "nudge") return loop?.nudge();
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
    else asked?.resolve(revived(answer.answer));
  });
  const ask = (question: Question["ask"], user: string): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const id = ++last;
      waiting.set(id, { resolve, reject });
      process.send?.({ id, ask: question, user } satisfies Question);
    });
  const fleet: Fleet = {
    wake: async (userName) => (await ask("wake", userName)) as EngineAddress,
    state: async (userName) => (await ask("state", userName)) as EngineState,
    sleep: () => Promise.reject(new AweError("internal", "only the first process puts engines to sleep")),
    awake: () => [],
    close: async () => {},
  };
  return { fleet, nudge: () => void ask("nudge", "").catch(() => {}) };
}

/** Messages between processes are JSON: a time comes as text. */
function revived(answer: unknown): unknown {
  if (typeof answer !== "object" || answer === null || !("retryAt" in answer)) return answer;
  return { ...answer, retryAt: new Date(String(answer.retryAt)) };
}
