// The table of rooms: who may import whom, which npm packages a room may use, and which rooms are pure.
// The lint plugin (per file) and tests/graph_test.ts (the whole module graph) judge by this one table.

/** What one room, or one single file of `src/`, may import besides itself. */
export interface Room {
  /** Rooms (`wire`) or files (`guard/ports.ts`) below `src/`, or the file `deno.json`, that may be imported. */
  imports: readonly string[];
  /** Rooms or files that may be imported with `import type` only. */
  types: readonly string[];
  /** npm packages by name. */
  packages: readonly string[];
  /** A pure room has no clock, randomness, I/O or platform: everything is handed in. */
  pure: boolean;
}

/** One import: from a file of the project to a file of the project, an npm package or a `node:` module. */
export interface Edge {
  /** The importing file, relative to the root of the project, e.g. `src/guard/guard.ts`. */
  from: string;
  /** A path relative to the root, `npm:NAME` or `node:NAME`. */
  to: string;
  /** True when only types are imported, so that nothing remains at run time. */
  typeOnly: boolean;
  /** The imported names, where they are known; `*` for all. */
  names?: readonly string[];
}

const ports = ["errors.ts", "wire", "match", "guard/ports.ts", "guard/types.ts"];
const shapes = ["policy/types.ts", "detect/types.ts"];
const engine = [
  ...["errors.ts", "wire", "match", "policy", "detect", "guard"],
  ...["limits", "auth", "audit", "judge", "state"],
];

/** Arrows point from the outside in: cli -> proxy -> guard -> {policy, detect} -> match -> wire. */
export const ROOMS: Readonly<Record<string, Room>> = {
  "errors.ts": { imports: [], types: ["guard"], packages: [], pure: true },
  "collect.ts": { imports: [], types: [], packages: [], pure: true },
  wire: { imports: ["errors.ts"], types: [], packages: [], pure: true },
  match: { imports: ["errors.ts", "wire"], types: [], packages: ["re2js"], pure: true },
  policy: {
    imports: ["errors.ts", "wire", "match"],
    types: ["detect/types.ts"],
    packages: ["js-yaml", "zod"],
    pure: true,
  },
  detect: {
    imports: ["errors.ts", "wire", "match"],
    types: ["policy/types.ts"],
    packages: [],
    pure: true,
  },
  guard: {
    imports: ["errors.ts", "wire", "match", "policy", "detect"],
    types: [],
    packages: [],
    pure: true,
  },
  limits: { imports: ports, types: shapes, packages: ["redis"], pure: false },
  auth: { imports: [...ports, "collect.ts"], types: shapes, packages: ["jose"], pure: false },
  audit: { imports: ports, types: shapes, packages: [], pure: false },
  judge: { imports: [...ports, "collect.ts"], types: shapes, packages: [], pure: false },
  state: {
    imports: [
      ...ports,
      // The way to a Redis is one: its address, its connection, its deadlines.
      ...["limits/dsn.ts", "limits/link.ts", "limits/deadline.ts", "limits/explain.ts"],
    ],
    types: shapes,
    packages: [],
    pure: false,
  },
  proxy: {
    imports: ["errors.ts", "wire", "match", "guard"],
    types: shapes,
    packages: [],
    pure: false,
  },
  // The wiring hands real parts to the guard's ports; the library and the program share it.
  "clocks.ts": { imports: ports, types: [], packages: [], pure: false },
  "wiring.ts": {
    imports: [...engine, "clocks.ts", "policy_file.ts", "wiring_reuse.ts"],
    types: [],
    packages: [],
    pure: false,
  },
  "wiring_reuse.ts": { imports: [], types: ["policy"], packages: [], pure: true },
  "policy_file.ts": { imports: engine, types: [], packages: [], pure: false },
  "mod.ts": {
    imports: [...engine, "clocks.ts", "wiring.ts", "policy_file.ts"],
    types: [],
    packages: [],
    pure: false,
  },
  cli: {
    imports: [
      ...engine,
      ...["clocks.ts", "collect.ts", "wiring.ts", "policy_file.ts", "mod.ts", "proxy", "deno.json"],
    ],
    types: [],
    packages: [],
    pure: false,
  },
};

/** Platform modules that a pure room may use after all: one name, in one file, for one reason. */
export const EXCEPTIONS: readonly {
  file: string;
  module: string;
  names: readonly string[];
  why: string;
}[] = [{
  file: "src/guard/scope.ts",
  module: "node:async_hooks",
  names: ["AsyncLocalStorage"],
  why: "wrapTool finds the caller's identity in the async scope; no other API offers one",
}, {
  file: "src/guard/binding.ts",
  module: "node:crypto",
  names: ["hash"],
  why: "a digest is a pure function of its text; approvals are bound to one",
}];

/** True for unit tests, benchmarks and what they share, which may import what they like. */
export function isTestFile(path: string): boolean {
  return /_(?:test|bench|testkit)\.ts$|\/testing\.ts$/.test(path);
}

/**
 * The room a file belongs to.
 *
 * @param path Relative to the root of the project, e.g. `src/guard/guard.ts`.
 * @returns `guard`, or `mod.ts` for a file directly in `src/`; null outside `src/`.
 */
export function roomOf(path: string): string | null {
  if (!path.startsWith("src/")) return null;
  return path.slice("src/".length).split("/", 1)[0] ?? null;
}

/** True for a file of a pure room that is not a test. */
export function isPure(path: string): boolean {
  const room = roomOf(path);
  return room !== null && !isTestFile(path) && (ROOMS[room]?.pure ?? false);
}

/**
 * Judges one import.
 *
 * @param edge Who imports what.
 * @returns Why the import is forbidden, or null when it is fine.
 */
export function judgeEdge(edge: Edge): string | null {
  if (isTestFile(edge.from)) return null;
  if (edge.from === "main.ts") {
    return roomOf(edge.to) === "cli" ? null : `main.ts imports src/cli and nothing else`;
  }
  const name = roomOf(edge.from);
  if (name === null) return null;
  const room = ROOMS[name];
  if (room === undefined) return `"${name}" is no room yet: enter it in tests/lint/arrows.ts`;
  if (edge.to.startsWith("node:")) return judgePlatform(edge, name, room);
  if (edge.to.startsWith("npm:")) {
    const wanted = edge.to.slice("npm:".length);
    return room.packages.includes(wanted)
      ? null
      : `${name} may not import the package "${wanted}" (allowed: ${list(room.packages)})`;
  }
  const target = roomOf(edge.to);
  if (target === null && room.imports.includes(edge.to)) return null;
  if (target === null) return `${name} may not import "${edge.to}": it lies outside src/`;
  if (isTestFile(edge.to)) return `${name} may not import the test file "${edge.to}"`;
  if (target === name) return null;
  if (covers(room.imports, edge.to)) return null;
  if (covers(room.types, edge.to)) {
    return edge.typeOnly ? null : `${name} may import "${edge.to}" as a type only: use import type`;
  }
  return `${name} may not import "${edge.to}" (allowed: ${list(room.imports)}; types: ${
    list(room.types)
  })`;
}

function judgePlatform(edge: Edge, name: string, room: Room): string | null {
  if (!room.pure) return null;
  const exception = EXCEPTIONS.find((e) => e.file === edge.from && e.module === edge.to);
  if (exception !== undefined && (edge.names ?? []).every((n) => exception.names.includes(n))) {
    return null;
  }
  return `${name} is pure and may not import "${edge.to}": let the caller hand it in`;
}

function covers(allowed: readonly string[], path: string): boolean {
  const inside = path.slice("src/".length);
  return allowed.some((a) => inside === a || (!a.endsWith(".ts") && inside.startsWith(`${a}/`)));
}

function list(names: readonly string[]): string {
  return names.length === 0 ? "none" : names.join(", ");
}
