// The real module graph, as deno resolves it, keeps the arrows between rooms; the library stays small.

import { expect } from "expect";
import { type Edge, judgeEdge } from "./lint/arrows.ts";
import { projectPath, resolveSpecifier } from "./lint/plugin.ts";
import { deno } from "./tools/run.ts";

interface Dependency {
  specifier: string;
  code?: { specifier?: string };
  type?: { specifier?: string };
  isDynamic?: boolean;
}

interface Module {
  specifier: string;
  dependencies?: Dependency[];
  error?: string;
}

async function graphOf(entry: string): Promise<Module[]> {
  const { code, stdout, stderr } = await deno(["info", "--json", entry]);
  if (code !== 0) throw new Error(`deno info ${entry} failed: ${stderr}`);
  const graph = JSON.parse(stdout) as { modules: Module[] };
  return graph.modules;
}

function edgesOf(module: Module): (Edge & { dynamic: boolean })[] {
  const from = projectPath(module.specifier);
  if (from === null) return [];
  return (module.dependencies ?? []).map((d) => ({
    from,
    to: resolveSpecifier(d.specifier, from),
    typeOnly: d.code === undefined,
    dynamic: d.isDynamic === true,
  }));
}

for (const entry of ["main.ts", "src/mod.ts"]) {
  Deno.test(`the graph of ${entry} keeps the arrows between rooms`, async () => {
    const modules = await graphOf(entry);
    expect(modules.filter((m) => m.error !== undefined).map((m) => m.error)).toEqual([]);
    const edges = modules.flatMap(edgesOf);
    expect(edges.length).toBeGreaterThan(20);
    // Names are the lint rule's business; the graph does not tell them.
    expect(edges.map(judgeEdge).filter((why) => why !== null)).toEqual([]);
  });
}

Deno.test("the library loads neither the program nor listeners, and redis only when asked", async () => {
  const modules = new Map(
    (await graphOf("src/mod.ts")).map((m) => [projectPath(m.specifier) ?? m.specifier, m]),
  );
  const loaded = new Set<string>(["src/mod.ts"]);
  for (const path of loaded) {
    for (const edge of edgesOf(modules.get(path) ?? { specifier: path })) {
      if (!edge.typeOnly && !edge.dynamic) loaded.add(edge.to);
    }
  }
  const unwanted = /^(?:src\/(?:cli|proxy)\/|npm:(?:redis|ws|commander|picomatch)$)/;
  expect([...loaded].filter((path) => unwanted.test(path))).toEqual([]);
  expect(loaded).toContain("src/guard/mod.ts");
});
