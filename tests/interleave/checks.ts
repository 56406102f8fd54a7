// What must hold of every message that reaches somebody, whatever was said before.

import type { Party, Said } from "./party.ts";

/** What reaches a client is an answer, a progress or a question of its own. */
export function atClient(party: Party, message: Said): void {
  const { method, id } = message;
  if (method === "notifications/progress") {
    const token = JSON.stringify(message.params.progressToken);
    const { message: nonce } = message.params;
    const open = [...party.calls.values(), ...party.crossing.values()];
    const mine = open.some((one) => one.token === token && one.nonce === nonce);
    expectThat(mine, `progress ${token} ${nonce} is nobody's here`);
    return;
  }
  if (method === "notifications/cancelled") {
    const question = party.questions.find((one) => one.id === message.params.requestId);
    expectThat(question !== undefined, "a question that was never asked is withdrawn");
    question!.done = true;
    return;
  }
  if (method !== undefined) {
    expectThat(method === "sampling/createMessage", `an odd message: ${method}`);
    const nonce = message.params.messages[0].content.text;
    const server = [...party.asks].find(([, own]) =>
      [...own.values()].some((one) => one.nonce === nonce)
    )?.[0];
    // Withdrawn or lost while it was under way: the client is told so by a message that follows.
    const known = server ?? (nonce.startsWith("ask-") ? "" : undefined);
    expectThat(known !== undefined, `the question ${nonce} is of nobody of its servers`);
    expectThat(
      !party.questions.some((one) => one.id === id && !one.done),
      `two questions are open under the id ${id}`,
    );
    party.questions.push({ id, nonce, token: undefined, server: known!, done: false });
    return;
  }
  const raw = JSON.stringify(id);
  if (message.error?.code === -32600 && (party.refused.get(raw) ?? 0) > 0) {
    const left = party.refused.get(raw)! - 1;
    if (left === 0) party.refused.delete(raw);
    else party.refused.set(raw, left);
    return;
  }
  const open = party.calls.get(raw) ?? party.crossing.get(raw);
  expectThat(open !== undefined, `an answer to ${raw}, which does not wait`);
  if (!party.calls.delete(raw)) party.crossing.delete(raw);
  const nonce = message.result?.content?.[0]?.text;
  expectThat(
    nonce === open!.nonce || (nonce === undefined && party.dead.has(open!.server)),
    `${open!.nonce} is answered by ${JSON.stringify(message)}`,
  );
}

/** What reaches a server is for it, once. */
export function atServer(party: Party, name: string, message: Said): void {
  const { method, id, params } = message;
  const own = party.asked.get(name)!;
  if (method === "tools/call") {
    expectThat(!own.some((one) => one.id === id), `an id is used again at a server: ${id}`);
    const token = params._meta?.progressToken;
    const { nonce } = params.arguments;
    own.push({ id, nonce, token, server: name, done: false });
    return;
  }
  if (method === "notifications/cancelled") {
    const one = own.find((one) => one.id === params.requestId);
    expectThat(one !== undefined, "what the server was never asked is cancelled");
    expectThat(
      ![...party.calls.values()].some((open) => open.nonce === one!.nonce),
      `${one!.nonce} is cancelled, and its client still waits`,
    );
    return;
  }
  const raw = JSON.stringify(id);
  const open = party.asks.get(name)!.get(raw) ?? party.crossing.get(`${name}?${raw}`);
  expectThat(open !== undefined, `${name} gets an answer to ${raw}, which it does not ask`);
  if (!party.asks.get(name)!.delete(raw)) party.crossing.delete(`${name}?${raw}`);
  expectThat(
    message.result?.content?.text === open!.nonce,
    `${open!.nonce} is answered by ${JSON.stringify(message)}`,
  );
}

/** The property is a plain one, and asserting it some million times must cost little. */
export function expectThat(holds: boolean, message: string): void {
  if (!holds) throw new Error(message);
}
