// What happens to calls: clients make and withdraw them, servers answer them rightly, twice, late, oddly, and for others.

import { HttpClient } from "./ends.ts";
import { IDS, type Step, TOKENS } from "./plan.ts";
import type { Run } from "./play.ts";
import { type Call, keyOf } from "./referee.ts";
import { type PlayedServer, reply } from "./servers.ts";
import { NAMES } from "./world.ts";

/** A client calls a tool. */
export async function call(run: Run, p: number, step: Step): Promise<void> {
  const { end } = run.world.places[p]!;
  const id = IDS[step.pick % IDS.length]!;
  const key = keyOf(id);
  const drawn = TOKENS[(step.pick + step.other) % TOKENS.length] ?? null;
  const crossing = run.referee.crossing(p, key, drawn === null ? undefined : keyOf(drawn));
  if (run.referee.live(p, key) !== undefined || crossing.length > 0) {
    // What is on its way comes first: then it is certain whether the id still waits, and whose an error is.
    await run.settle();
    if (run.left.has(p)) return;
    for (const call of crossing) call.over = true;
  }
  // The listener itself turns such a POST away.
  if (end instanceof HttpClient && end.channel.has(key)) return;
  const server = step.other % run.servers[p]!.length;
  // One token belongs to one running call.
  const taken = [...run.referee.calls.values()].some((call) =>
    call.place === p && call.live && drawn !== null && call.token === keyOf(drawn)
  );
  const token = taken ? null : drawn;
  const call: Call = {
    mark: `call-${run.referee.calls.size}`,
    place: p,
    server,
    key,
    token: token === null ? null : keyOf(token),
    at: run.world.now,
    live: true,
    cancelled: false,
    lost: false,
    over: false,
    answers: 0,
    forwarded: 0,
  };
  const params = {
    name: run.servers[p]!.length === 1 ? "t" : `${NAMES[server]}__t`,
    arguments: { mark: call.mark },
    ...(token === null ? {} : { _meta: { progressToken: token } }),
  };
  if (run.referee.live(p, key) !== undefined) {
    run.count("id reused");
    const reused = `${p} ${key}`;
    run.referee.reused.set(reused, (run.referee.reused.get(reused) ?? 0) + 1);
  } else {
    run.count("calls");
    run.referee.calls.set(call.mark, call);
  }
  run.say(p, { id, method: "tools/call", params });
}

/** A client withdraws a call. */
export function cancel(run: Run, p: number, step: Step): void {
  const live = [...run.referee.calls.values()].filter((call) => call.live && call.place === p);
  const call = live[step.pick % live.length];
  if (call === undefined) return;
  run.count("cancelled");
  call.live = false;
  call.cancelled = true;
  const requestId = call.key.startsWith("n") ? Number(call.key.slice(1)) : call.key.slice(1);
  run.say(p, { method: "notifications/cancelled", params: { requestId } });
}

/** A server says something about calls. */
export function serve(run: Run, p: number, server: PlayedServer, step: Step): void {
  const open = server.open[step.pick % server.open.length];
  const past = server.past[step.pick % server.past.length];
  const odd = (text: string): void => {
    run.count(step.kind);
    server.channel.say(text);
  };
  if (step.kind === "answer" && open !== undefined) {
    run.count("answers");
    server.answer(open, step.pick % 5 === 4);
  } else if (step.kind === "answer again" && past !== undefined) {
    odd(JSON.stringify(reply(past.id, past.mark)));
  } else if (step.kind === "answer oddly" && open !== undefined) {
    const spelled = [`"${open.id}"`, `${open.id}.0`, `${open.id}e0`, `-${open.id}`, "null"];
    const id = spelled[step.turns % spelled.length];
    odd(`{"jsonrpc":"2.0","id":${id},"result":{"content":[{"type":"text","text":"odd"}]}}`);
  } else if (step.kind === "answer for another") {
    const last = Math.max(0, ...[...server.open, ...server.past].map(({ id }) => id));
    const mine = run.servers[p]!.filter((other) => other !== server);
    // Ids of the other servers of this session; else ids of other sessions that this server knew once, or nobody's.
    const ids = run.plan.servers === "shared"
      ? [last + 1000]
      : mine.length > 0
      ? mine.flatMap((other) => other.open.map(({ id }) => id))
      : run.servers.flat().flatMap((other) => other.open.map(({ id }) => id))
        .filter((id) => id < last && !server.open.some((one) => one.id === id));
    const id = ids[step.pick % ids.length];
    if (id !== undefined) odd(JSON.stringify(reply(id, "not its own")));
  } else if (step.kind === "progress" && open?.token !== undefined) {
    run.count("progress");
    server.progress(open, step.turns);
  } else if (step.kind === "late progress" && past?.token !== undefined) {
    run.count("late progress");
    server.progress(past, step.turns);
  }
}
