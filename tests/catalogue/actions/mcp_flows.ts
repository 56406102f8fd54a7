// Class mcp: what may not follow on what, over reconnects and in parallel, on each listener.

import { OPEN } from "../policies.ts";
import type { Action, Bench } from "../runner.ts";
import { type Door, messagesOf, mustPass, mustRefuse, onDoors, type Scene } from "../scene.ts";

const EVERY: readonly Door[] = ["ws", "http", "sse", "modern"];
const DENIED = [-31403];

/** A policy of the fixture's flow: no `http_post` after what is private. */
const FLOW = `version: 1
${OPEN.slice(OPEN.indexOf("auth:"), OPEN.indexOf("tools:"))}flows:
  - { id: out, after: { resources: ["file:///priv/**"] }, deny: { tools: [http_post] } }
`;

/** MCP-047: another connection is no other caller. */
export const flowReconnects: Action = async (one, bench) => {
  const [read, post] = messagesOf(one);
  return await onFresh(bench, FLOW, EVERY, async (s) => {
    const first = await s.enter();
    mustPass(s, await first.ask(post), "the same before");
    mustPass(s, await first.ask(read), "the reading");
    await first.leave();
    const second = await s.enter();
    mustRefuse(s, await second.ask({ ...post, id: 3 }), DENIED);
    s.expect(s.reached("tools/call").length === 2, "the second post was forwarded");
    const bob = await s.enter("BOB");
    mustPass(s, await bob.ask({ ...post, id: 4 }), "somebody else's");
  }, "flow.denied");
};

/** MCP-048: what has been asked counts, whether or not it is answered yet. */
export const flowRaces: Action = async (one, bench) => {
  const step = one.steps[0]!;
  const [read, post] = [step.a, step.b].map((text) => JSON.parse(String(text)));
  return await onFresh(bench, FLOW, EVERY, async (s) => {
    const talker = await s.enter();
    s.answers.set("tools/call", () => ({ content: [{ type: "text", text: "ok" }] }));
    const both = s.door === "ws"
      ? await Promise.all([talker.ask(read), talker.ask(post)])
      // Two requests over HTTP have no order: the second goes when the server has the first, unanswered.
      : await (async () => {
        for (const c of s.stage.upstream.connections) c.answering = false;
        s.stage.upstream.answering = false;
        const reading = talker.ask(read);
        while (s.reached("tools/call").length === 0) await new Promise((r) => setTimeout(r, 5));
        const posted = await talker.ask(post);
        for (const c of s.stage.upstream.connections) c.answerAll();
        return [await reading, posted];
      })();
    mustPass(s, both[0]!, "the reading");
    mustRefuse(s, both[1]!, DENIED);
    s.expect(s.reached("tools/call").length === 1, "the post was forwarded");
  }, "flow.denied");
};

/** As {@linkcode onDoors}, on a program of its own for each door: what callers did is remembered. */
async function onFresh(
  bench: Bench,
  policy: string,
  doors: readonly Door[],
  play: (scene: Scene) => Promise<void>,
  note: string,
): Promise<string[]> {
  const wrong: string[] = [];
  for (const door of doors) {
    // One program for each: the policies differ in a comment.
    const stage = await bench.stages.get(`${policy}# ${note} ${door} ${wrong.length}\n`);
    wrong.push(...await onDoors(stage, [door], play, note));
  }
  return wrong;
}
