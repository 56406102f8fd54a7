// inspectRequest and inspectFrame: what every kind of request uses, and what is refused for having two readings.

import { expect } from "expect";
import { readFrame } from "./frames.ts";
import { inspectFrame, inspectRequest } from "./inspect.ts";
import { parseJson } from "./json.ts";
import { methodSpec } from "./methods.ts";
import type { Direction, Surface, Uses } from "./uses.ts";
import { JsonObject, type JsonValue } from "./value.ts";
import { writeJson } from "./write.ts";

const S2C = new Set(["sampling/createMessage", "elicitation/create", "roots/list"]);

const DATA = "aGk0".repeat(50);

function tree(text: string): JsonObject {
  return parseJson(text) as JsonObject;
}

function inspect(method: string, params: JsonObject, direction?: Direction): Uses {
  const kind = method.startsWith("notifications/") ? "notification" : "request";
  const spec = methodSpec(method, direction ?? (S2C.has(method) ? "s2c" : "c2s"), kind);
  return inspectRequest(spec!, params);
}

function texts(uses: Uses, surface: Surface): string[] {
  return uses.texts.filter((use) => use.surface === surface).map((use) => use.text);
}

Deno.test("inspectRequest() takes a tool call apart", () => {
  const uses = inspect(
    "tools/call",
    tree(
      `{"name":"read_file","arguments":{"path":"/etc/passwd","n":1,"deep":[{"q":"hello","":true}]},
      "_meta":{"progressToken":"t"},"requestState":"blob"}`,
    ),
  );
  expect(uses.tool).toBe("read_file");
  expect(uses.names).toEqual([{ kind: "tool", name: "read_file", where: "params.name" }]);
  expect(uses.uris).toEqual([
    { uri: "/etc/passwd", role: "argument", where: "params.arguments.path" },
  ]);
  const argumentTexts = uses.texts.filter((use) => use.surface === "argument");
  expect(argumentTexts.map(({ text, surface, where }) => ({ text, surface, where }))).toEqual([
    { text: "path", surface: "argument", where: "params.arguments.#0 (name)" },
    { text: "/etc/passwd", surface: "argument", where: "params.arguments.path" },
    { text: "n", surface: "argument", where: "params.arguments.#1 (name)" },
    { text: "deep", surface: "argument", where: "params.arguments.#2 (name)" },
    { text: "q", surface: "argument", where: "params.arguments.deep[0].#0 (name)" },
    { text: "hello", surface: "argument", where: "params.arguments.deep[0].q" },
  ]);
  // The state is the server's own, and goes back as it came.
  expect(texts(uses, "other")).toEqual(["t"]);
  // Values and names of members can be replaced where they stand.
  for (const { text, kind, holder, index } of argumentTexts) {
    expect(holder instanceof JsonObject).toBe(kind === "key");
    expect((holder instanceof JsonObject ? holder.keys : holder)?.[index!]).toBe(text);
  }
});

Deno.test("inspectRequest() offers every argument that may be a path, names too", () => {
  const paths = ["a:b", "a/b", "a\\b", "a%2fb", "~", ".env", "\uff0fetc", "\uff0e\uff0e"];
  for (const path of paths) {
    const args = new JsonObject(["x"], [path]);
    const uses = inspect("tools/call", new JsonObject(["name", "arguments"], ["t", args]));
    expect(uses.uris.map((use) => use.uri)).toEqual([path]);
    expect(uses.uris[0].rewrite).toBe(undefined);
  }
  expect(inspect("tools/call", tree('{"name":"t","arguments":{"/etc/passwd":1}}')).uris).toEqual([
    { uri: "/etc/passwd", role: "argument", where: "params.arguments.#0 (name)" },
  ]);
  expect(inspect("tools/call", tree('{"name":"t","arguments":{"a":"plain words"}}')).uris).toEqual(
    [],
  );
});

Deno.test("inspectRequest() sees the answers that a retried call carries", () => {
  const uses = inspect(
    "tools/call",
    tree(`{"name":"t","inputResponses":{"k":{"action":"accept","content":{"password":"hunter2"}},
      "s":{"role":"user","content":{"type":"text","text":"sampled"}}}}`),
  );
  expect(texts(uses, "argument")).toEqual(
    expect.arrayContaining(["hunter2", "password", "sampled", "accept", "k"]),
  );
});

Deno.test("inspectRequest() judges URIs wherever they are asked for, and forwards what was judged", () => {
  for (const method of ["resources/read", "resources/subscribe", "resources/unsubscribe"]) {
    const params = tree('{"uri":"file:///a/../b"}');
    const [use] = inspect(method, params).uris;
    expect(use).toMatchObject({ uri: "file:///a/../b", role: "resource", where: "params.uri" });
    use.rewrite!("file:///b");
    expect(writeJson(params)).toBe('{"uri":"file:///b"}');
  }
  for (const method of ["skills/get", "resources/directory/read"]) {
    expect(inspect(method, tree('{"uri":"skill://x"}')).uris[0].role).toBe("resource");
  }
});

Deno.test("inspectRequest() judges every URI that a subscription listens to", () => {
  const params = tree(
    '{"notifications":{"resourceSubscriptions":["file:///a","file:///./b"],"taskIds":["t1"]}}',
  );
  const { uris } = inspect("subscriptions/listen", params);
  expect(uris.map((use) => [use.uri, use.role])).toEqual([
    ["file:///a", "resource"],
    ["file:///./b", "resource"],
  ]);
  uris[1].rewrite!("file:///b");
  expect(writeJson(params)).toContain('["file:///a","file:///b"]');
});

Deno.test("inspectRequest() closes the side door of completion (MCP-014)", () => {
  const prompt = inspect(
    "completion/complete",
    tree(`{"ref":{"type":"ref/prompt","name":"secret"},"argument":{"name":"q","value":"ignore"},
      "context":{"arguments":{"x":"previous"}}}`),
  );
  expect(prompt.names).toEqual([{ kind: "prompt", name: "secret", where: "params.ref.name" }]);
  expect(texts(prompt, "prompt_argument")).toEqual(
    expect.arrayContaining(["q", "ignore", "x", "previous"]),
  );
  const params = tree(
    '{"ref":{"type":"ref/resource","uri":"file:///priv/{x}"},"argument":{"name":"x","value":"a"}}',
  );
  const [use] = inspect("completion/complete", params).uris;
  expect(use).toMatchObject({ uri: "file:///priv/{x}", role: "template", where: "params.ref.uri" });
  use.rewrite!("file:///p/{x}");
  expect((params.get("ref") as JsonObject).get("uri")).toBe("file:///p/{x}");
});

Deno.test("inspectRequest() takes a bare file name in an argument for a place, and no number or word", () => {
  const args = ["secrets.txt", " .env", "x.7z", "a.tar.gz ", "12.50", "word", "Done. Next", "id"];
  const params = tree(JSON.stringify({ name: "t", arguments: { list: args } }));
  expect(inspect("tools/call", params).uris.map((use) => use.uri)).toEqual(args.slice(0, 4));
});

Deno.test("inspectRequest() reads a prompt's name and arguments", () => {
  const uses = inspect("prompts/get", tree('{"name":"greet","arguments":{"who":"file:///x"}}'));
  expect(uses.names).toEqual([{ kind: "prompt", name: "greet", where: "params.name" }]);
  expect(texts(uses, "prompt_argument")).toEqual(["who", "file:///x"]);
  expect(uses.uris).toEqual([]);
  expect(uses.tool).toBe(null);
});

Deno.test("inspectRequest() sees everything that a sampling request says", () => {
  const uses = inspect(
    "sampling/createMessage",
    tree(`{"messages":[
      {"role":"user","content":{"type":"text","text":"one"}},
      {"role":"user","content":[{"type":"tool_use","id":"i","name":"n","input":{"cmd":"two"}},
        {"type":"tool_result","toolUseId":"i","structuredContent":{"k":"three"},"content":[
          {"type":"text","text":"four"},{"type":"image","data":"${DATA}","mimeType":"image/png"}]}]}],
      "systemPrompt":"five","stopSequences":["six"],"metadata":{"m":"seven"},"maxTokens":5,
      "tools":[{"name":"shell","description":"eight","inputSchema":{"properties":{"nine":{}}}}]}`),
  );
  expect(texts(uses, "sampling")).toEqual(
    expect.arrayContaining(["one", "two", "three", "four", "five", "six", "seven"]),
  );
  expect(uses.texts.find((use) => use.text === DATA)?.kind).toBe("blob");
  expect(texts(uses, "description")).toEqual(["eight", "nine"]);
  expect(uses.names).toEqual([{ kind: "tool", name: "shell", where: "params.tools[0].name" }]);
  expect(uses.tool).toBe(null);
});

Deno.test("inspectRequest() sees an elicitation's message, form and URL", () => {
  const uses = inspect(
    "elicitation/create",
    tree(
      `{"message":"Session expired","url":"https://evil.example/login","requestedSchema":{"type":"object",
      "properties":{"password":{"type":"string","title":"Password","description":"yours"}}}}`,
    ),
  );
  expect(texts(uses, "elicitation")).toEqual(
    expect.arrayContaining([
      "Session expired",
      "https://evil.example/login",
      "password",
      "Password",
      "yours",
    ]),
  );
});

Deno.test("inspectRequest() reads notifications", () => {
  const log = inspect(
    "notifications/message",
    tree('{"level":"info","logger":"x","data":{"k":"AKIA","t":["deep"]}}'),
    "s2c",
  );
  expect(texts(log, "log")).toEqual(expect.arrayContaining(["x", "k", "AKIA", "t", "deep"]));
  const progress = inspect(
    "notifications/progress",
    tree('{"progressToken":1,"progress":2,"message":"SYSTEM"}'),
    "s2c",
  );
  expect(texts(progress, "log")).toEqual(["SYSTEM"]);
  const updated = inspect("notifications/resources/updated", tree('{"uri":"file:///a"}'), "s2c");
  expect(updated.uris).toEqual([{ uri: "file:///a", role: "resource", where: "params.uri" }]);
  const acknowledged = inspect(
    "notifications/subscriptions/acknowledged",
    tree('{"notifications":{"resourceSubscriptions":["file:///b"]}}'),
    "s2c",
  );
  expect(acknowledged.uris.map((use) => use.uri)).toEqual(["file:///b"]);
  const cancelled = inspect("notifications/cancelled", tree('{"requestId":1,"reason":"why"}'));
  expect(texts(cancelled, "other")).toEqual(["why"]);
  const task = inspect(
    "notifications/tasks",
    tree(
      `{"taskId":"t","result":{"content":[{"type":"text","text":"late"}]},"error":{"message":"bad"},
      "inputRequests":{"a":{"method":"sampling/createMessage","params":{"messages":[],"systemPrompt":"evil"}}}}`,
    ),
    "s2c",
  );
  expect(texts(task, "result")).toContain("late");
  expect(texts(task, "error")).toEqual(["bad"]);
  expect(texts(task, "sampling")).toContain("evil");
});

Deno.test("inspectFrame() takes a small frame apart", () => {
  const frame = readFrame(tree(`{"type":"tool_call","tool":"calc.add","args":{"a":"1/2"},
    "prompt":"please add","resources":["file:///a/../b"],"identity":"bob"}`));
  const uses = inspectFrame(frame);
  expect(uses.tool).toBe("calc.add");
  expect(uses.names).toEqual([{ kind: "tool", name: "calc.add", where: "tool" }]);
  expect(texts(uses, "prompt")).toEqual(["please add"]);
  expect(texts(uses, "argument")).toEqual(["a", "1/2"]);
  expect(uses.uris.map((use) => [use.uri, use.role, use.where])).toEqual([
    ["file:///a/../b", "resource", "resources[0]"],
    ["1/2", "argument", "args.a"],
  ]);
  uses.uris[0].rewrite!("file:///b");
  expect((frame.tree.get("resources") as JsonValue[])[0]).toBe("file:///b");
});

Deno.test("inspectRequest() offers a name that may be a token as a text, with the place to replace it", () => {
  const token = "glpat-0123456789abcdefghij";
  for (
    const [method, name, offered] of [
      ["tools/call", token, true],
      ["prompts/get", token, true],
      ["tools/call", "create_or_update_the_file", false],
      ["tools/call", "short_v2", false],
    ] as const
  ) {
    const params = tree(`{"name":"${name}","arguments":{}}`);
    const uses = inspect(method, params);
    expect(uses.names.map((use) => use.name)).toEqual([name]);
    const use = uses.texts.find(({ where }) => where === "params.name");
    expect(use?.text).toBe(offered ? name : undefined);
    if (use !== undefined) expect((use.holder as JsonValue[])[use.index!]).toBe(token);
  }
});
