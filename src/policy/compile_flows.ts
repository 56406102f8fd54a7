// Sections `flows`, `labels` and `flow_state`: from checked values to what the guard looks at.

import type { PathProblem } from "./keys.ts";
import { methodTest } from "./methods.ts";
import type { Path } from "./path.ts";
import type { PatternCompiler } from "./patterns.ts";
import type { PolicyFile } from "./schema.ts";
import { nearest } from "./suggest.ts";
import { quote } from "./text.ts";
import type { Flow, FlowSelector, FlowStateConfig } from "./types_flows.ts";

type Side = PolicyFile["flows"][number]["after"];
type Labels = NonNullable<PolicyFile["labels"]>;

/**
 * Compiles sections `flows` and `labels`.
 *
 * @param values The file's values, valid by the schema.
 * @param compiler Compiles patterns and reports bad ones.
 * @param problems Takes what is wrong.
 * @returns The flows, in the order of the file.
 */
export function compileFlows(
  { flows, labels = {}, flow_state: state }: Pick<PolicyFile, "flows" | "labels" | "flow_state">,
  compiler: PatternCompiler,
  problems: PathProblem[],
): Flow[] {
  const known = new Map<string, FlowSelector>();
  for (const [name, label] of Object.entries(labels)) {
    const { tools, resources, prompts, annotations } = label;
    if (!tools && !resources && !prompts && Object.keys(annotations ?? {}).length === 0) {
      problems.push({
        message: "a label is given to something: `tools`, `resources`, `prompts` or `annotations`",
        path: ["labels", name],
      });
    }
    known.set(name, selector({ ...label, methods: undefined }, ["labels", name]));
  }

  function selector(
    { tools, resources, prompts, methods, annotations }:
      & Omit<Side, "labels">
      & Pick<Labels[string], "annotations">,
    at: Path,
  ): FlowSelector {
    return {
      tools: tools ? compiler.names(tools, [...at, "tools"]) : null,
      resources: resources ? compiler.uris(resources, [...at, "resources"]) : null,
      prompts: prompts ? compiler.names(prompts, [...at, "prompts"]) : null,
      method: methods ? methodTest(methods, [...at, "methods"], problems) : null,
      hints: annotations ? { ...annotations } as FlowSelector["hints"] : null,
    };
  }

  function side(given: Side, at: Path): FlowSelector[] {
    const { labels: named = [], ...own } = given;
    if (Object.values(given).every((one) => one === undefined)) {
      problems.push({
        message: "expected `labels`, `tools`, `resources`, `prompts` or `methods`",
        path: at,
      });
    }
    const found = named.flatMap((name, i) => {
      const label = known.get(name);
      if (label !== undefined) return [label];
      const suggestion = nearest(name, [...known.keys()]);
      problems.push({
        message: `no label in section \`labels\`: ${quote(name)}`,
        path: [...at, "labels", i],
        ...(suggestion === undefined ? {} : { suggestion }),
      });
      return [];
    });
    return [selector(own, at), ...found];
  }

  const ids = new Map<string, number>();
  return flows.map((flow, index) => {
    const at: Path = ["flows", index];
    const { id } = flow;
    if (id === undefined && state.store !== "memory") {
      const message = `\`flow_state.store: ${state.store}\` needs an \`id\` for each flow`;
      problems.push({ message, path: at });
    }
    if (id !== undefined) {
      if (!/^[A-Za-z0-9][A-Za-z0-9_.-]*$/.test(id)) {
        const message = "expected letters, digits, `_`, `.` and `-`, a letter or digit first";
        problems.push({ message, path: [...at, "id"] });
      }
      const first = ids.get(id);
      if (first === undefined) ids.set(id, index);
      else problems.push({ message: `the same id as flow ${first}`, path: [...at, "id"] });
    }
    return {
      name: id === undefined ? `flows[${index}]` : `flows.${id}`,
      key: id === undefined ? contentKey(flow.after, labels) : `id:${id}`,
      after: side(flow.after, [...at, "after"]),
      deny: side(flow.deny, [...at, "deny"]),
      ttlMs: flow.ttl_s * 1000,
      reason: flow.reason ?? null,
      monitor: flow.mode === "monitor",
    };
  });
}

/** What a flow without id is known by again after a reload: all that its `after` selects by. */
function contentKey(after: Side, labels: Labels): string {
  const meant = (after.labels ?? []).map((name) => labels[name] ?? null);
  return `after:${JSON.stringify([after, meant])}`;
}

/**
 * Compiles section `flow_state`.
 *
 * @param section The section; a missing one is one with every default.
 * @param problems Takes what is wrong.
 * @returns The section.
 */
export function flowState(
  section: PolicyFile["flow_state"],
  problems: PathProblem[],
): FlowStateConfig {
  const { store, file, redis_dsn: dsn } = section;
  const wrong = (message: string, key: string): void =>
    void problems.push({ message, path: ["flow_state", key] });
  if (store === "file" && file === undefined) wrong("`store: file` needs `file`", "store");
  if (store === "redis" && dsn === undefined) wrong("`store: redis` needs `redis_dsn`", "store");
  if (dsn !== undefined && !/^(?:rediss?:\/\/[^\s]|env:[A-Za-z_][A-Za-z0-9_]{0,127}$)/.test(dsn)) {
    wrong("expected `redis://HOST`, `rediss://HOST` or `env:NAME`", "redis_dsn");
  }
  return {
    store,
    file: store === "file" ? file ?? null : null,
    redisDsn: store === "redis" ? dsn ?? null : null,
  };
}
