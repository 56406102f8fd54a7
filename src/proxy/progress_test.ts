// Progress belongs to a request that waits: what is judged while its request ends goes no further.

import { expect } from "expect";
import { legacy } from "./held_testkit.ts";
import { ask, type Held, settled, startSession } from "./session_testkit.ts";

const progress = { progressToken: "p", progress: 1 };
const notice = { jsonrpc: "2.0", method: "notifications/progress", params: progress };

Deno.test("progress that is judged while its call is given up never reaches the client", async () => {
  const kept: Held<void>[] = [];
  let slow = false;
  const stage = startSession({
    policy: "limits: { call_timeout_ms: 100 }",
    write: () => {
      if (!slow) return;
      kept.push(Promise.withResolvers<void>());
      return kept.at(-1)!.promise;
    },
  });
  const params = { name: "t", _meta: { progressToken: "p" } };
  stage.client.say(ask("tools/call", 1, params));
  await settled();
  stage.server.say(notice);
  await settled();
  slow = true;
  stage.server.say(notice);
  await settled();
  slow = false;
  expect(kept.length).toBe(1);
  // The call's time was begun anew by the first one.
  stage.sweep(60_000);
  kept[0]!.resolve();
  await settled();
  expect(stage.client.sent).toMatchObject([
    { method: "notifications/progress" },
    { id: 1, error: { code: -31408 } },
  ]);
});

Deno.test("progress that is judged while its question is withdrawn never reaches the server", async () => {
  const stage = await legacy("limits: { call_timeout_ms: 100, idle_ms: 100 }");
  const question = {
    messages: [{ role: "user", content: { type: "text", text: "hi" } }],
    maxTokens: 1,
    _meta: { progressToken: "p" },
  };
  stage.server.say(ask("sampling/createMessage", 1, question));
  await settled();
  const before = stage.server.sent.length;
  stage.client.say(notice);
  // Before the decision about it is there.
  stage.sweep(60_000);
  await settled();
  expect(stage.server.sent.slice(before)).toMatchObject([{ id: 1, error: { code: -31408 } }]);
});
