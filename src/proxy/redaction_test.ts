// What a rule redacts does not reach the server: not in the message, and not in the headers that repeat it.

import { expect } from "expect";
import { parseJson, readMessage } from "../wire/mod.ts";
import { ask, settled, startSession } from "./session_testkit.ts";

const POLICY = `rules:
  - { id: cards, tools: [pay], effect: redact, redact: [args.card] }
`;

Deno.test("Session forwards a call without what a rule redacts, and records that it did", async () => {
  const stage = startSession({ policy: POLICY });
  await settled();
  stage.client.say(ask("tools/call", 1, { name: "pay", arguments: { card: "4111", sum: 5 } }));
  await settled();
  const [sent] = stage.server.sent as { params: { arguments: unknown } }[];
  expect(sent!.params.arguments).toEqual({ card: "[redacted]", sum: 5 });
  const [decision] = stage.records.filter((r) => r.event === "decision");
  expect([decision!.decision, decision!.rule]).toEqual(["redact", "rules.cards"]);
});

Deno.test("Session forwards a small frame without what a rule redacts", async () => {
  const stage = startSession({ policy: POLICY });
  await settled();
  stage.client.say('{"type":"tool_call","tool":"pay","args":{"card":"4111","sum":5}}');
  await settled();
  expect(stage.server.sent[0]).toMatchObject({ args: { card: "[redacted]", sum: 5 } });
});

Deno.test("Session drops the headers that repeat arguments of a redacted call, and only then", async () => {
  for (const [card, kept] of [["4111", false], [undefined, true]] as const) {
    const stage = startSession({ policy: POLICY });
    await settled();
    const seen: unknown[] = [];
    const send = stage.server.send.bind(stage.server);
    stage.server.send = (text: string, about?: { headers?: unknown }): boolean => {
      seen.push(about?.headers);
      return send(text);
    };
    const call = ask("tools/call", 1, { name: "pay", arguments: { sum: 5, card } });
    const tree = parseJson(call, { bytes: 1e5, tokens: 1e3 });
    const message = readMessage(tree);
    const headers = [["Mcp-Param-Card", "4111"]] as const;
    stage.session.receive({ kind: "message", message, headers }, call.length);
    await settled();
    expect(seen).toEqual([kept ? headers : undefined]);
  }
});
