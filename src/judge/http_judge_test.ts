// The judge against a real HTTP server on loopback: what is sent, what is taken, what happens without an answer.

import { expect } from "expect";
import { DependencyFailed } from "../errors.ts";
import type { Inquiry } from "../guard/types.ts";
import type { JudgeConfig } from "../policy/types.ts";
import { HttpJudge } from "./http_judge.ts";

interface Seen {
  texts: { surface: string; where: string; text: string }[];
  tool: string | null;
}

function serve(
  answer: (seen: Seen, request: Request) => Response | Promise<Response>,
): { url: string; seen: Seen[]; close(): Promise<void> } {
  const seen: Seen[] = [];
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => {
      const body = await request.json() as Seen;
      seen.push(body);
      return await answer(body, request);
    },
  );
  return {
    url: `http://127.0.0.1:${server.addr.port}/judge`,
    seen,
    close: () => server.shutdown(),
  };
}

const config = (url: string, more: Partial<JudgeConfig> = {}): JudgeConfig => ({
  ...{ url, headers: {}, timeoutMs: 5000, onError: "deny", maxChars: 40, cacheTtlMs: 60_000 },
  cacheEntries: 2,
  ...more,
});

const inquiry = (text: string): Inquiry => ({
  ...{ identity: { id: "a", roles: [], method: "local" }, direction: "c2s", method: "tools/call" },
  ...{ known: true, tool: "t", names: [], uris: [], metered: true },
  texts: [{ text, surface: "argument", where: "params.arguments.q" }],
});

function judge(of: JudgeConfig, now = { ms: 0 }): HttpJudge {
  return new HttpJudge(of, {
    clock: { monotonic: () => now.ms },
    env: (name) => `value of ${name}`,
  });
}

Deno.test("the judge is asked once for the same texts, as long as its answer counts", async () => {
  const server = serve(({ texts }) =>
    Response.json({
      deny: texts[0]!.text === "bad",
      findings: texts[0]!.text === "bad"
        ? [{ rule_id: "x", severity: "high", reason: "seen", where: texts[0]!.where }]
        : [],
    })
  );
  try {
    const now = { ms: 0 };
    const asked = judge(config(server.url), now);
    const bad = {
      deny: true,
      findings: [
        { rule_id: "judge_x", severity: "high", reason: "seen", where: "params.arguments.q" },
      ],
    };
    expect(await asked.inspect(inquiry("bad"))).toEqual(bad);
    expect(await asked.inspect(inquiry("bad"))).toEqual(bad);
    expect((await asked.inspect(inquiry("good"))).deny).toBe(false);
    expect(server.seen.length).toBe(2);
    now.ms += 60_001;
    await asked.inspect(inquiry("bad"));
    expect(server.seen.length).toBe(3);
    // Two answers are kept: the one that was not used for the longest time goes.
    await asked.inspect(inquiry("c"));
    await asked.inspect(inquiry("d"));
    await asked.inspect(inquiry("bad"));
    expect(server.seen.length).toBe(6);
    await asked.inspect(inquiry("d"));
    await asked.inspect(inquiry("e"));
    await asked.inspect(inquiry("d"));
    expect(server.seen.length).toBe(7);
    // Another tool is another question.
    await asked.inspect({ ...inquiry("d"), tool: "u" });
    expect(server.seen.map(({ tool }) => tool).slice(-2)).toEqual(["t", "u"]);
  } finally {
    await server.close();
  }
});

Deno.test("the judge gets the ends of a long text, and the headers of the policy", async () => {
  let header: string | null = null;
  const server = serve((_seen, request) => {
    header = request.headers.get("authorization");
    return Response.json({ deny: false });
  });
  try {
    const asked = judge(config(server.url, { headers: { Authorization: "env:JUDGE_KEY" } }));
    await asked.inspect(inquiry(`${"a".repeat(100)}${"b".repeat(100)}`));
    expect(server.seen[0]!.texts[0]!.text).toBe(`${"a".repeat(20)}\n[...]\n${"b".repeat(20)}`);
    expect(header).toBe("value of JUDGE_KEY");
  } finally {
    await server.close();
  }
});

Deno.test("without an answer that can be read the judge fails, or lets pass where the policy says so", async () => {
  const answers: Record<string, () => Response> = {
    status: () => Response.json({ deny: false }, { status: 500 }),
    // What answers there would be taken, if it were asked.
    redirect: () => new Response(null, { status: 307, headers: { Location: "/elsewhere" } }),
    garbage: () => new Response("ok"),
    wrong: () => Response.json({ deny: "no" }),
    large: () => new Response("x".repeat(100_000)),
  };
  const server = serve(({ texts }, { url }) =>
    url.endsWith("/elsewhere") ? Response.json({ deny: false }) : answers[texts[0]!.text]!()
  );
  try {
    for (const name of Object.keys(answers)) {
      await expect(judge(config(server.url)).inspect(inquiry(name))).rejects.toThrow(
        DependencyFailed,
      );
      expect(await judge(config(server.url, { onError: "allow" })).inspect(inquiry(name)))
        .toMatchObject({
          deny: false,
          findings: [{ rule_id: "judge_unavailable" }],
        });
    }
  } finally {
    await server.close();
  }
  await expect(judge(config("http://127.0.0.1:1/")).inspect(inquiry("x"))).rejects.toThrow(
    "cannot be asked",
  );
});

Deno.test("the judge waits for an answer as long as the policy says, and for so many at once", async () => {
  const { promise: quiet, resolve: speak } = Promise.withResolvers<void>();
  // Only for a judge that waits for ever: the test fails then, and does not hang.
  const limit = setTimeout(speak, 60_000);
  const server = serve(async ({ texts }) => {
    if (texts[0]!.text !== "quick") await quiet;
    return Response.json({ deny: false });
  });
  try {
    const late = judge(config(server.url, { timeoutMs: 10 }));
    await expect(late.inspect(inquiry("slow"))).rejects.toThrow("does not answer");
    const asked = judge(config(server.url, { timeoutMs: 300_000 }));
    const waiting = Array.from({ length: 256 }, (_, i) => asked.inspect(inquiry(`${i}`)));
    await expect(asked.inspect(inquiry("quick"))).rejects.toThrow("too many questions");
    speak();
    for (const answer of await Promise.all(waiting)) expect(answer.deny).toBe(false);
    expect((await asked.inspect(inquiry("quick"))).deny).toBe(false);
  } finally {
    clearTimeout(limit);
    speak();
    await server.close();
  }
});

Deno.test("numbers are no texts: the judge is not asked about them", async () => {
  const server = serve(() => Response.json({ deny: true }));
  try {
    const [text] = inquiry("4111").texts;
    const number = { ...text!, kind: "number" } as const;
    const asked = judge(config(server.url));
    expect(await asked.inspect({ ...inquiry(""), texts: [number] })).toEqual({
      findings: [],
      deny: false,
    });
    await asked.inspect({ ...inquiry(""), texts: [number, text!] });
    expect(server.seen.map(({ texts }) => texts.length)).toEqual([1]);
  } finally {
    await server.close();
  }
});

Deno.test("a header whose variable is not set stops the start, and names it", () => {
  const missing = config("http://127.0.0.1:1/", { headers: { Authorization: "env:NOT_SET" } });
  expect(() => new HttpJudge(missing, { clock: { monotonic: () => 0 }, env: () => undefined }))
    .toThrow("NOT_SET is not set");
});
