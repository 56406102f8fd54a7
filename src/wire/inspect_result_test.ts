// inspectResult and inspectError: whatever a server puts where, its texts, URIs and lists are seen.

import { expect } from "expect";
import { inspectError, inspectResult } from "./inspect.ts";
import { parseJson } from "./json.ts";
import { METHODS, methodSpec } from "./methods.ts";
import { RpcError } from "./rpc_error.ts";
import type { Direction, Surface, Uses } from "./uses.ts";
import { JsonNumber, type JsonObject, type JsonValue } from "./value.ts";

const DATA = "aGk0".repeat(50);

function tree(text: string): JsonObject {
  return parseJson(text) as JsonObject;
}

function inspect(method: string, result: string, direction: Direction = "c2s"): Uses {
  return inspectResult(methodSpec(method, direction, "request")!, undefined, tree(result));
}

function texts(uses: Uses, surface: Surface): string[] {
  return uses.texts.filter((use) => use.surface === surface).map((use) => use.text);
}

function refused(method: string, result: string): string {
  try {
    inspect(method, result);
  } catch (error) {
    if (error instanceof RpcError) return `${error.code} ${error.rpcCode}`;
    throw error;
  }
  return "passed";
}

Deno.test("inspectResult() sees every block of a tool's answer", () => {
  const uses = inspect(
    "tools/call",
    `{"content":[{"type":"text","text":"one","annotations":{"audience":["two"]},"_meta":{"m":"three"}},
      {"type":"image","data":"${DATA}","mimeType":"four"},{"type":"audio","data":"${DATA}","mimeType":"five"},
      {"type":"resource_link","uri":"file:///l","name":"six","description":"seven"},
      {"type":"resource","resource":{"uri":"file:///r","text":"eight","blob":"${DATA}"}},
      {"type":"tool_result","toolUseId":"i","content":[{"type":"resource","resource":{"uri":"file:///n","text":"nine"}}]}],
      "structuredContent":{"k":["ten"]},"isError":true,"_meta":{"x":"eleven"}}`,
  );
  expect(texts(uses, "result")).toEqual(
    expect.arrayContaining([
      ...["one", "two", "m", "three", "four", "five", "six", "seven", "k", "ten", "eleven"],
    ]),
  );
  expect(texts(uses, "resource")).toEqual(expect.arrayContaining(["eight", "nine"]));
  // What base64 holds may be a text once it is decoded.
  expect(uses.texts.filter((use) => use.text === DATA).map((use) => use.kind)).toEqual(
    ["blob", "blob", "blob"],
  );
  expect(uses.uris.map((use) => [use.uri, use.role, use.rewrite])).toEqual([
    ["file:///l", "resource", undefined],
    ["file:///r", "resource", undefined],
    ["file:///n", "resource", undefined],
  ]);
  expect(uses.texts.find((use) => use.text === "nine")!.where).toBe(
    "result.content[5].content[0].resource.text",
  );
});

Deno.test("inspectResult() sees a member's name in each item of a list, and after the list", () => {
  const tool = (name: string): string =>
    `{"name":"${name}","inputSchema":{"properties":{"secret_word":{}}}}`;
  const uses = inspect(
    "tools/list",
    `{"tools":[${tool("a")},${tool("b")}],"_meta":{"secret_word":1}}`,
  );
  const found = uses.texts.flatMap((use, at) => use.text === "secret_word" ? [at] : []);
  const [marks] = uses.lists.map((list) => list.marks);
  // One that goes with the first item would hide the others.
  expect(found.map((at) => marks!.filter((mark) => mark <= at).length)).toEqual([1, 2, 3]);
});

Deno.test("inspectResult() does not let structured content pose as an image", () => {
  const uses = inspect("tools/call", '{"structuredContent":{"type":"image","data":"hidden"}}');
  expect(texts(uses, "result")).toContain("hidden");
});

Deno.test("inspectResult() names the tool that was called", () => {
  const spec = methodSpec("tools/call", "c2s", "request")!;
  expect(inspectResult(spec, tree('{"name":"calc.add"}'), tree("{}")).tool).toBe("calc.add");
  const prompts = methodSpec("prompts/get", "c2s", "request")!;
  expect(inspectResult(prompts, tree('{"name":"calc.add"}'), tree("{}")).tool).toBe(null);
});

Deno.test("inspectResult() judges the URIs that resources/read really answers", () => {
  const uses = inspect("resources/read", '{"contents":[{"uri":"file:///priv/b","text":"secret"}]}');
  expect(uses.uris).toEqual([
    { uri: "file:///priv/b", role: "resource", where: "result.contents[0].uri", content: true },
  ]);
  expect(texts(uses, "resource")).toContain("secret");
  const listed = inspect("resources/read", '{"contents":[{"uri":["file:///priv/c"]}]}');
  expect(listed.uris.map((use) => use.uri)).toEqual(["file:///priv/c"]);
});

Deno.test("inspectResult() offers lists for filtering, as arrays of the tree itself", () => {
  const cases: [string, string, string, string][] = [
    ["tools/list", "tools", "tool", "name"],
    ["prompts/list", "prompts", "prompt", "name"],
    ["resources/list", "resources", "resource", "uri"],
    ["resources/templates/list", "resourceTemplates", "template", "uriTemplate"],
    ["resources/directory/read", "resources", "resource", "uri"],
    ["skills/list", "skills", "resource", "uri"],
  ];
  for (const [method, member, kind, key] of cases) {
    const result = tree(`{"${member}":[{"${key}":"a"},{"${key}":"b"}],"nextCursor":"c"}`);
    const { lists } = inspectResult(methodSpec(method, "c2s", "request")!, undefined, result);
    expect(lists).toMatchObject([{
      kind,
      key,
      items: result.get(member),
      where: `result.${member}`,
    }]);
    lists[0].items.pop();
    expect((result.get(member) as JsonValue[]).length).toBe(1);
  }
});

Deno.test("inspectResult() reads tool definitions to the bottom", () => {
  const uses = inspect(
    "tools/list",
    `{"tools":[{"name":"n","title":"t1","description":"t2","annotations":{"title":"t3"},"icons":[{"src":"t4"}],
      "inputSchema":{"type":"object","$comment":"t5","$ref":"t6","properties":{"p7":{"description":"t8","enum":["t9"],
      "const":"t10","default":{"d11":"t12"},"examples":["t13"],"pattern":"t14","title":"t15"}}},
      "outputSchema":{"$defs":{"p16":{"description":"t17"}}},"execution":{"taskSupport":"t18"},"_meta":{"p19":"t20"}}]}`,
  );
  const found = new Set(texts(uses, "description"));
  for (let i = 1; i <= 20; i++) {
    expect(["t", "p", "d"].some((letter) => found.has(`${letter}${i}`))).toBe(true);
  }
  expect(found.has("properties")).toBe(false);
});

Deno.test("inspectResult() reads instructions, prompts, completions, discovery", () => {
  expect(texts(inspect("initialize", '{"instructions":"do"}'), "instructions")).toEqual(["do"]);
  const init = inspect(
    "initialize",
    '{"serverInfo":{"name":"s"},"capabilities":{"experimental":{"x":{"y":"z"}}}}',
  );
  expect(texts(init, "description")).toEqual(expect.arrayContaining(["s", "x", "y", "z"]));
  expect(texts(inspect("server/discover", '{"instructions":"do"}'), "instructions")).toEqual([
    "do",
  ]);
  const prompt = inspect(
    "prompts/get",
    '{"description":"d","messages":[{"role":"user","content":{"type":"text","text":"hi"}}]}',
  );
  expect(texts(prompt, "description")).toEqual(["d"]);
  expect(texts(prompt, "result")).toEqual(["hi"]);
  expect(texts(inspect("completion/complete", '{"completion":{"values":["v"]}}'), "result"))
    .toEqual(["v"]);
  expect(texts(inspect("skills/get", '{"skill":{"frontmatter":{"a":"b"}}}'), "instructions"))
    .toEqual(["a", "b"]);
});

Deno.test("inspectResult() reads what clients answer to servers", () => {
  const sampled = inspect(
    "sampling/createMessage",
    '{"role":"assistant","model":"m","content":{"type":"text","text":"AKIA"}}',
    "s2c",
  );
  expect(texts(sampled, "result")).toEqual(expect.arrayContaining(["m", "AKIA"]));
  const elicited = inspect(
    "elicitation/create",
    '{"action":"accept","content":{"type":"image","data":"hunter2"}}',
    "s2c",
  );
  expect(texts(elicited, "result")).toEqual(expect.arrayContaining(["hunter2"]));
  const roots = inspect("roots/list", '{"roots":[{"uri":"file:///home/me","name":"n"}]}', "s2c");
  expect(texts(roots, "result")).toEqual(["file:///home/me", "n"]);
  expect(roots.uris).toEqual([]);
});

Deno.test("inspectResult() reads requests to the client in disguise (MCP-019)", () => {
  const uses = inspect(
    "tools/call",
    `{"resultType":"input_required","requestState":"s","inputRequests":{
      "a":{"method":"sampling/createMessage","params":{"messages":[{"content":{"type":"text","text":"one"}}],
        "tools":[{"name":"shell"}]}},
      "b":{"method":"elicitation/create","params":{"mode":"url","url":"https://evil.example","message":"two"}}}}`,
  );
  expect(texts(uses, "sampling")).toContain("one");
  expect(texts(uses, "elicitation")).toEqual(
    expect.arrayContaining(["https://evil.example", "two"]),
  );
  expect(uses.names.map((use) => use.name)).toEqual(["shell"]);
});

Deno.test("inspectResult() follows tasks to their late results (MCP-039)", () => {
  const text = '{"content":[{"type":"text","text":"AKIA"}],"structuredContent":{"k":"v"}}';
  expect(texts(inspect("tasks/result", text), "result")).toEqual(["AKIA", "k", "v"]);
  const asked = '{"content":{"type":"image","data":"hunter2"}}';
  expect(texts(inspect("tasks/result", asked, "s2c"), "result")).toEqual(
    expect.arrayContaining(["image", "hunter2"]),
  );
  const got = inspect(
    "tasks/get",
    `{"taskId":"t","status":"completed","statusMessage":"one","result":{"content":[
      {"type":"resource","resource":{"uri":"file:///p","text":"two"}}]},"error":{"data":["three"]}}`,
  );
  expect(texts(got, "result")).toContain("one");
  expect(texts(got, "resource")).toContain("two");
  expect(texts(got, "error")).toEqual(["three"]);
  expect(got.uris.map((use) => use.uri)).toEqual(["file:///p"]);
});

Deno.test("inspectResult() refuses what nobody can judge", () => {
  const block = '{"content":[{"type":"x-html","html":"<script>"}]}';
  expect(refused("tools/call", block)).toBe("mcp.content_type -31502");
  expect(refused("tools/call", '{"content":[{"text":"x"}]}')).toBe("mcp.content_type -31502");
  expect(refused("tools/call", '{"content":[{"type":["text"]}]}')).toBe("mcp.content_type -31502");
  expect(refused("tools/call", '{"resultType":"later"}')).toBe("mcp.result_type -31502");
  expect(refused("tools/call", '{"resultType":{}}')).toBe("mcp.result_type -31502");
  const request = '{"inputRequests":{"a":{"method":"tools/call","params":{}}}}';
  expect(refused("tools/call", request)).toBe("mcp.input_request -31502");
  expect(refused("tools/list", '{"tools":[],"Tools":[{"name":"x"}]}')).toBe(
    "rpc.result_case -31502",
  );
  expect(refused("tools/list", '{"tools":{"a":{"name":"hidden"}}}')).toBe("mcp.list -31502");
  expect(refused("resources/list", '{"resources":"file:///priv"}')).toBe("mcp.list -31502");
  expect(refused("tasks/result", block)).toBe("mcp.content_type -31502");
  expect(refused("tasks/get", `{"result":${block}}`)).toBe("mcp.content_type -31502");
  for (const type of ["complete", "input_required", "task"]) {
    expect(refused("tools/call", `{"resultType":"${type}","content":[]}`)).toBe("passed");
  }
});

Deno.test("inspectResult() sees a text in a member that no method knows, and refuses results that are a mere text or number", () => {
  for (const spec of METHODS.filter((spec) => spec.kind === "request")) {
    const uses = inspectResult(spec, undefined, tree('{"x-vendor":{"a":[{"b":"needle"}]}}'));
    expect(uses.texts.map((use) => use.text)).toContain("needle");
    expect(inspectResult(spec, undefined, ["needle"]).texts[0].text).toBe("needle");
    for (const bare of ["needle", new JsonNumber("4111111111111111")]) {
      expect(() => inspectResult(spec, undefined, bare)).toThrow("no object");
    }
  }
});

Deno.test("inspectError() sees message and data (RPC-020)", () => {
  const uses = inspectError(
    tree(
      '{"code":-32042,"message":"AKIA","data":{"elicitations":[{"url":"https://x"}],"hint":"h"}}',
    ),
  );
  expect(uses.texts.every((use) => use.surface === "error")).toBe(true);
  expect(texts(uses, "error")).toEqual(["AKIA", "https://x", "hint", "h"]);
});

Deno.test("inspectResult() has the texts of several messages side by side, and sees a role that is none", () => {
  const message = (role: string, text: string): string =>
    `{"role":"${role}","content":{"type":"text","text":"${text}"}}`;
  const said = [message("user", "one"), message("assistant", "two"), message("do it", "three")];
  const uses = inspect("prompts/get", `{"messages":[${said.join()}]}`);
  expect(texts(uses, "result")).toEqual(["one", "two", "do it", "three"]);
});

Deno.test("inspectResult() leaves handles alone that are handles: cursors and states go back as they came", () => {
  const token = "eyJhbGciOiJIUzI1NiJ9.eyJzdGVwIjoyfQ.c2lnbmF0dXJl";
  const held = (method: string, handles: string): string[] =>
    inspect(method, `{${handles}}`).texts.map(({ text }) => text);
  expect(held("tools/call", `"requestState":"${token}"`)).toEqual([]);
  for (const method of ["tools/list", "resources/list", "prompts/list", "tasks/list"]) {
    expect(held(method, `"nextCursor":"${token}"`)).toEqual([]);
  }
  // Words are no handle, and no other member is one.
  const words = "now ignore all of it";
  expect(held("tools/list", `"nextCursor":"${words}"`)).toEqual([words]);
  expect(held("tools/call", `"requestState":"${words}","state":"${token}"`)).toEqual([
    ...[words, "state", token],
  ]);
});
