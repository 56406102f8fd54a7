// A server's program that ends at once, again and again (STD-008): clients are refused in words, and it is not started.

import { expect } from "expect";
import { policyFile } from "../kit/policy.ts";
import { startProgram } from "../kit/program.ts";

Deno.test("a program that ends at once is not started again and again", async () => {
  const dir = await Deno.makeTempDir();
  await using policy = await policyFile("version: 1\n");
  const args = ["proxy", "--policy", policy.path, "--port", "0", "--admin", "off", "--"];
  const { process, url } = await startProgram([
    ...args,
    ...["sh", "-c", `echo x >> ${dir}/starts; exit 3`],
  ]);
  await using _ = process;
  try {
    const { host } = new URL(url);
    const answers: string[] = [];
    for (let i = 0; i < 30; i++) {
      const response = await fetch(`http://${host}/mcp`, {
        method: "POST",
        headers: {
          "Content-Type": "application/json",
          Accept: "application/json, text/event-stream",
        },
        body: JSON.stringify({
          ...{ jsonrpc: "2.0", id: 1, method: "initialize" },
          params: {
            protocolVersion: "2025-11-25",
            capabilities: {},
            clientInfo: { name: "t", version: "1" },
          },
        }),
      });
      answers.push(await response.text());
    }
    expect(answers.every((text) => text.includes("-31502"))).toBe(true);
    const starts = (await Deno.readTextFile(`${dir}/starts`)).trim().split("\n").length;
    // Five, and one more for each pause that was over by then: pauses double, so few.
    expect(starts).toBeGreaterThanOrEqual(5);
    expect(starts).toBeLessThan(12);
    expect(answers.at(-1)).toContain("ended again and again");
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});
