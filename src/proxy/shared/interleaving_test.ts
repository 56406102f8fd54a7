// Any interleaving of clients that use the same few ids and tokens, leave and withdraw, with a program that answers in any
// order and under wrong ids too: whatever a client gets is its own.

import { expect } from "expect";
import fc from "fast-check";
import { ask, settled } from "../session_testkit.ts";
import { note, type SharedClient, startShared } from "./shared_testkit.ts";

/** One step; `who` and `nth` are taken modulo what there is. */
interface Step {
  kind: "call" | "cancel" | "leave" | "answer" | "wrong" | "progress" | "question" | "reply";
  who: number;
  nth: number;
}

const STEP: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom<Step["kind"][]>(
    ...["call", "call", "call", "cancel", "leave", "answer", "answer", "wrong"] as const,
    ...["progress", "question", "reply"] as const,
  ),
  who: fc.nat(3),
  nth: fc.nat(15),
});

/** Whom a call is of, as the program sees it. */
interface Running {
  id: number;
  owner: string;
  token: number;
}

async function play(steps: readonly Step[]): Promise<void> {
  const stage = startShared();
  const clients: { name: string; one: SharedClient; open: boolean }[] = [];
  const join = async (): Promise<void> => {
    const one = await stage.joined({ elicitation: {} });
    clients.push({ name: `client-${clients.length}`, one, open: true });
  };
  for (let i = 0; i < 4; i++) await join();
  const [program] = stage.programs;
  stage.heard();
  let running: Running[] = [];
  let questions = 0;
  /** Questions by id, and who may have been meant. */
  const meant = new Map<number, Set<string>>();
  const hear = (): void => {
    for (const message of stage.heard()) {
      if (message.method === "tools/call") {
        const { arguments: { owner }, _meta: { progressToken } } = message.params;
        running.push({ id: message.id, owner, token: progressToken });
      } else if (message.method === "notifications/cancelled") {
        // It goes on all the same: a program may be late.
        expect(running.some(({ id }) => id === message.params.requestId)).toBe(true);
      } else if (message.method === undefined && message.error === undefined) {
        expect([...meant.get(message.id)!]).toEqual([message.result.content.owner]);
      }
    }
  };
  for (const { kind, who, nth } of steps) {
    const here = clients.filter(({ open }) => open);
    const client = here[who % here.length]!;
    const call = running[nth % Math.max(1, running.length)];
    if (kind === "call") {
      const params = { name: "t", arguments: { owner: client.name }, _meta: { progressToken: 1 } };
      client.one.client.say(ask("tools/call", nth % 2, params));
    } else if (kind === "cancel") {
      client.one.client.say(note("cancelled", { requestId: nth % 2 }));
    } else if (kind === "leave") {
      client.open = false;
      client.one.client.end();
      await join();
    } else if (kind === "question") {
      meant.set(++questions, new Set(running.map(({ owner }) => owner)));
      program!.say(ask("elicitation/create", questions, {
        ...{ message: [...meant.get(questions)!].join(" ") },
        requestedSchema: { type: "object", properties: {} },
      }));
    } else if (kind === "reply") {
      const asked = client.one.client.sent.findLast(({ method }) =>
        method === "elicitation/create"
      );
      if (asked !== undefined) {
        const result = { action: "accept", content: { owner: client.name } };
        client.one.client.say({ jsonrpc: "2.0", id: asked.id, result });
      }
    } else if (call === undefined) continue;
    else if (kind === "progress") {
      program!.say(
        note("progress", { progressToken: call.token, progress: 1, message: call.owner }),
      );
    } else {
      const id = kind === "wrong" ? call.id + 1000 + nth : call.id;
      const text = kind === "wrong" ? "nobody" : call.owner;
      program!.say({ jsonrpc: "2.0", id, result: { content: [{ type: "text", text }] } });
      if (kind === "answer") running = running.filter((one) => one !== call);
    }
    await settled();
    hear();
  }
  for (const { name, one } of clients) {
    for (const { method, params, result } of one.client.sent) {
      if (result?.content !== undefined) expect(result.content[0].text).toBe(name);
      if (method === "notifications/progress") {
        expect(params).toMatchObject({ progressToken: 1, message: name });
      }
      // A question reaches a client only where no other could have been meant.
      if (method === "elicitation/create") expect(params.message).toBe(name);
    }
    expect(one.errors).toEqual([]);
  }
}

Deno.test("no interleaving of clients with equal ids misroutes anything", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(STEP, { minLength: 20, maxLength: 60 }), play),
    { numRuns: 150 },
  );
});
