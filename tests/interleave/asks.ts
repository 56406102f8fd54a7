// What happens to questions: servers ask and withdraw, clients answer rightly, twice, and oddly.

import type { Said } from "./ends.ts";
import { IDS, type Step } from "./plan.ts";
import type { Run } from "./play.ts";
import { type Ask, keyOf } from "./referee.ts";
import type { PlayedServer } from "./servers.ts";

/** A server asks. */
export async function ask(run: Run, p: number, server: PlayedServer, step: Step): Promise<void> {
  // Whom a shared server asks cannot always be told, and then nobody is asked.
  if (!server.alive || run.plan.servers === "shared") return;
  const id = IDS[step.pick % IDS.length]!;
  const key = keyOf(id);
  const index = run.servers[p]!.indexOf(server);
  const waits = (): boolean =>
    [...run.referee.asks.values()].some((ask) =>
      ask.place === p && ask.server === index && ask.key === key &&
      !ask.twice && !ask.withdrawn && ask.answers === 0
    );
  if (waits()) await run.settle();
  if (!server.alive || run.left.has(p)) return;
  const ask: Ask = {
    mark: `ask-${run.referee.asks.size}`,
    place: p,
    server: index,
    key,
    twice: waits(),
    withdrawn: false,
    lost: false,
    shown: 0,
    answers: 0,
  };
  run.count(ask.twice ? "ask's id reused" : "asks");
  run.referee.asks.set(ask.mark, ask);
  const content = { type: "text", text: ask.mark };
  const question = step.turns % 2 === 0
    ? {
      method: "sampling/createMessage",
      params: { messages: [{ role: "user", content }], maxTokens: 1 },
    }
    : {
      method: "elicitation/create",
      params: {
        message: ask.mark,
        requestedSchema: { type: "object", properties: { m: { type: "string" } } },
      },
    };
  server.channel.say({ jsonrpc: "2.0", id, ...question });
}

/** A client answers. */
export function reply(run: Run, p: number, step: Step): void {
  if (step.kind === "reply again") {
    const again = run.answered[p]![step.pick % run.answered[p]!.length];
    if (again === undefined) return;
    run.count("reply again");
    return run.say(p, again);
  }
  const open = run.referee.shown[p]!;
  const shown = open[step.pick % open.length];
  if (shown === undefined) return;
  if (step.kind === "reply oddly") {
    run.count("reply oddly");
    const id = typeof shown.id === "number" ? String(shown.id) : `${shown.id} `;
    return run.say(p, { ...answerTo(shown), id });
  }
  run.count("replies");
  open.splice(open.indexOf(shown), 1);
  const answer = step.turns % 4 === 3
    ? { id: shown.id, error: { code: -1, message: shown.mark } }
    : answerTo(shown);
  run.answered[p]!.push(answer);
  run.say(p, answer);
}

/** A server withdraws a question. */
export function withdraw(run: Run, p: number, step: Step): void {
  const open = [...run.referee.asks.values()].filter((ask) =>
    ask.place === p && !ask.withdrawn && !ask.twice && ask.answers === 0 &&
    run.servers[p]![ask.server]!.alive
  );
  const ask = open[step.pick % open.length];
  if (ask === undefined) return;
  run.count("withdrawn");
  ask.withdrawn = true;
  const requestId = ask.key.startsWith("n") ? Number(ask.key.slice(1)) : ask.key.slice(1);
  run.servers[p]![ask.server]!.channel.say({
    jsonrpc: "2.0",
    method: "notifications/cancelled",
    params: { requestId },
  });
}

/** The right answer to a question that was shown. */
export function answerTo(
  { id, mark, method }: { id: number | string; mark: string; method: string },
): Said {
  return method === "elicitation/create"
    ? { id, result: { action: "accept", content: { m: mark } } }
    : {
      id,
      result: { role: "assistant", model: "m", content: { type: "text", text: mark } },
    };
}
