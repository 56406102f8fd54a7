// Sections `flows`, `labels` and `flow_state`: what loads, what is refused where, what is warned of.

import { expect } from "expect";
import { parsePolicy } from "./parse.ts";
import { problemsOf, warningsOf } from "./_testkit.ts";

const flows = (text: string, more = ""): string => `version: 1\n${more}flows: [${text}]\n`;

Deno.test("parsePolicy() takes the design's flow, and names flows by id or place", () => {
  const { flows: found } = parsePolicy(
    `version: 1
flows:
  - { after: {resources: ["file:///priv/**"]}, deny: {tools: ["http_post"]}, scope: identity, ttl_s: 3600 }
  - { id: two, after: {tools: [a]}, deny: {methods: ["sampling/*"]}, ttl_s: 60, mode: monitor }
`,
    "p.yaml",
  );
  expect(found.map(({ name, ttlMs, monitor }) => [name, ttlMs, monitor])).toEqual([
    ["flows[0]", 3_600_000, false],
    ["flows.two", 60_000, true],
  ]);
  expect(found[1]!.key).toBe("id:two");
  expect(found[1]!.deny[0]!.method!("sampling/createMessage")).toBe(true);
});

Deno.test("a flow without id is known again by all that its `after` selects, labels included", () => {
  const key = (text: string): string => parsePolicy(text, "p.yaml").flows[0]!.key;
  const flow = "{after: {labels: [p]}, deny: {tools: [x]}}";
  const one = key(flows(flow, "labels: {p: {tools: [a]}}\n"));
  expect(key(flows(flow.replace("[x]", "[y]"), "labels: {p: {tools: [a]}}\n"))).toBe(one);
  expect(key(flows(flow, "labels: {p: {tools: [b]}}\n"))).not.toBe(one);
});

Deno.test("parsePolicy() says what is wrong with a flow, and where", () => {
  const cases: [string, string][] = [
    [flows("{after: {}, deny: {tools: [a]}}"), "2:17 flows[0].after: expected `labels`"],
    [flows("{after: {tools: []}, deny: {tools: [a]}}"), "2:25 flows[0].after.tools"],
    [flows("{after: {tools: [a]}}"), "flows[0].deny"],
    [
      flows("{after: {labels: [priv]}, deny: {tools: [a]}}", "labels: {priw: {tools: [b]}}\n"),
      'flows[0].after.labels[0]: no label in section `labels`: "priv" [priw]',
    ],
    [
      flows(
        "{id: a, after: {tools: [a]}, deny: {tools: [b]}}, {id: a, after: {tools: [a]}, deny: {tools: [b]}}",
      ),
      "flows[1].id: the same id as flow 0",
    ],
    [flows('{id: "-", after: {tools: [a]}, deny: {tools: [b]}}'), "flows[0].id: expected letters"],
    [
      flows('{after: {resources: ["re:("]}, deny: {tools: [b]}}'),
      "flows[0].after.resources[0]",
    ],
    [
      flows("{after: {tools: [a]}, deny: {methods: [tools/cal]}}"),
      'flows[0].deny.methods[0]: no method that mcpguard knows: "tools/cal" [tools/call]',
    ],
    [flows("{after: {tools: [a]}, deny: {tools: [b]}, ttl_s: 0}"), "flows[0].ttl_s"],
    [flows("{after: {tools: [a]}, deny: {tools: [b]}, scope: session}"), "flows[0].scope"],
    ["version: 1\nlabels: {p: {}}", "labels.p: a label is given to something"],
    ["version: 1\nlabels: {p: {annotations: {openWorld: true}}}", "labels.p.annotations.openWorld"],
    ["version: 1\nflow_state: {store: file}", "flow_state.store: `store: file` needs `file`"],
    ["version: 1\nflow_state: {store: redis, redis_dsn: nowhere}", "flow_state.redis_dsn"],
    [
      flows("{after: {tools: [a]}, deny: {tools: [b]}}", "flow_state: {store: file, file: x}\n"),
      "flows[0]: `flow_state.store: file` needs an `id` for each flow",
    ],
  ];
  for (const [text, says] of cases) {
    expect([text, problemsOf(text)]).toEqual([text, [expect.stringContaining(says)]]);
  }
});

Deno.test("lintPolicy() warns of flows and labels that do nothing", () => {
  const quiet = "default: deny\nauth: { mode: api_key, allowed_keys: ['env:KEY'] }\n";
  const flow = "{after: {tools: [a]}, deny: {tools: [b]}}";
  expect(warningsOf(flows(flow, quiet))).toEqual([]);
  expect(warningsOf(flows(flow, "default: deny\nauth: {mode: none}\n"))).toContain(
    "4:8 flows shared_flows",
  );
  expect(warningsOf(flows(flow, `${quiet}tools: {deny: ["b*"]}\n`))).toEqual([
    "5:45 flows[0].deny.tools unreachable",
  ]);
  expect(warningsOf(flows("", `${quiet}labels: {p: {tools: [a]}}\n`))).toEqual([
    "4:13 labels.p unused",
  ]);
  expect(warningsOf(flows(flow.replace("}}", "}, mode: monitor}"), quiet))).toEqual([
    "4:57 flows[0].mode monitor",
  ]);
});
