// The project's own lint rules: arrows between rooms, purity of the core, no backtracking regexes.
// Each reads one file; tests/graph_test.ts holds the same arrows over the real module graph.

import { type Edge, isPure, isTestFile, judgeEdge, roomOf } from "./arrows.ts";
import { whyNotLinear } from "./linear.ts";

type Node = Deno.lint.Node;

const ROOT = new URL("../../", import.meta.url);
const SELF = "@mcpguard/mcpguard";

/** Names of the platform that a pure room may not touch, with what to do instead. */
const IMPURE: Readonly<Record<string, string>> = {
  Deno: "let the caller hand the effect in",
  process: "let the caller hand the effect in",
  globalThis: "a global reached by name hides an effect",
  self: "a global reached by name hides an effect",
  window: "a global reached by name hides an effect",
  global: "a global reached by name hides an effect",
  performance: "take a Clock",
  crypto: "take the random bytes or the digest as a parameter",
  fetch: "let the caller hand the effect in",
  setTimeout: "take a Clock, or leave waiting to the caller",
  setInterval: "take a Clock, or leave waiting to the caller",
  setImmediate: "take a Clock, or leave waiting to the caller",
  console: "return what is to be said",
  WebSocket: "let the caller hand the effect in",
  EventSource: "let the caller hand the effect in",
  Worker: "let the caller hand the effect in",
  BroadcastChannel: "let the caller hand the effect in",
  localStorage: "take a store port",
  sessionStorage: "take a store port",
  caches: "take a store port",
  navigator: "let the caller hand the effect in",
  Temporal: "take a Clock",
  eval: "code is data nowhere",
};

/** The path of a file relative to the root of the project, or null when it lies elsewhere. */
export function projectPath(filename: string): string | null {
  const path = filename.startsWith("file:") ? new URL(filename).pathname : filename;
  const root = ROOT.pathname;
  return path.startsWith(root) ? path.slice(root.length) : null;
}

/** What an import specifier points to: a path of the project, `npm:NAME`, `node:NAME`, or as written. */
export function resolveSpecifier(specifier: string, from: string): string {
  if (/^(?:\.\.?|file:|)\//.test(specifier)) {
    const url = new URL(specifier, new URL(from, ROOT));
    return projectPath(url.pathname) ?? url.pathname;
  }
  if (specifier === SELF) return "src/mod.ts";
  if (specifier.startsWith("node:")) return specifier;
  const bare = specifier.startsWith("npm:") ? specifier.slice("npm:".length) : specifier;
  if (/^[a-z]+:/.test(bare)) return bare;
  const parts = bare.split("/", bare.startsWith("@") ? 2 : 1);
  return `npm:${parts.join("/").replace(/(?!^)@[^/]*$/, "")}`;
}

const arrows: Deno.lint.Rule = {
  create(context): Deno.lint.LintVisitor {
    const from = projectPath(context.filename);
    if (from === null) return {};
    const judge = (node: Node, source: string, typeOnly: boolean, names: string[]): void => {
      const edge: Edge = { from, to: resolveSpecifier(source, from), typeOnly, names };
      const why = judgeEdge(edge);
      if (why !== null) context.report({ node, message: why });
    };
    return {
      ImportDeclaration(node): void {
        const kinds = node.specifiers.map((s) =>
          s.type === "ImportSpecifier" && s.importKind === "type"
        );
        const typeOnly = node.importKind === "type" || (kinds.length > 0 && kinds.every(Boolean));
        judge(node, node.source.value, typeOnly, node.specifiers.map(importedName));
      },
      ExportNamedDeclaration(node): void {
        if (node.source === null || node.source === undefined) return;
        judge(node, node.source.value, node.exportKind === "type", ["*"]);
      },
      ExportAllDeclaration(node): void {
        judge(node, node.source.value, node.exportKind === "type", ["*"]);
      },
      ImportExpression(node): void {
        if (node.source.type === "Literal" && typeof node.source.value === "string") {
          judge(node, node.source.value, false, ["*"]);
        } else if (roomOf(from) !== null && !isTestFile(from)) {
          context.report({ node, message: "import() takes a literal, so that the graph is known" });
        }
      },
      "TSImportType Literal"(node: Deno.lint.StringLiteral): void {
        judge(node, node.value, true, ["*"]);
      },
    };
  },
};

const pureCore: Deno.lint.Rule = {
  create(context): Deno.lint.LintVisitor {
    const path = projectPath(context.filename);
    if (path === null || !isPure(path)) return {};
    // A shorthand property is seen twice, as key and as value.
    const seen = new Set<number>();
    const report = (node: Node, what: string, hint: string): void => {
      if (seen.has(node.range[0])) return;
      seen.add(node.range[0]);
      // The rule does not follow scopes: a local of such a name would read as the platform's anyway.
      context.report({ node, message: `${what} in a pure room`, hint: `${hint}; rename a local` });
    };
    return {
      Identifier(node): void {
        if (!isReference(node)) return;
        const hint = Object.hasOwn(IMPURE, node.name) ? IMPURE[node.name] : undefined;
        if (hint !== undefined) report(node, `"${node.name}"`, hint);
        if (node.name === "Date" && !dateIsPure(node)) report(node, "the clock", "take a Clock");
        if (node.name === "Math" && !mathIsPure(node)) {
          report(node, "randomness", "take the random number as a parameter");
        }
        if (node.name === "Function" && node.parent.type !== "TSTypeReference") {
          report(node, `"Function"`, "code is data nowhere");
        }
      },
      ImportExpression(node): void {
        report(node, "import()", "loading code is an effect: let the caller hand it in");
      },
      MetaProperty(node): void {
        if (node.meta.name === "import") {
          report(node, "import.meta", "where a module lies is no business of the core");
        }
      },
    };
  },
};

const linearRegex: Deno.lint.Rule = {
  create(context): Deno.lint.LintVisitor {
    const path = projectPath(context.filename);
    const room = path === null ? null : roomOf(path);
    if (path === null || room === null || isTestFile(path)) return {};
    const picomatch = (node: Node, source: unknown): void => {
      if (source === "picomatch" || String(source).startsWith("npm:picomatch")) {
        context.report({ node, message: "picomatch backtracks: it is the oracle of tests only" });
      }
    };
    const always: Deno.lint.LintVisitor = {
      ImportDeclaration: (node) => picomatch(node, node.source.value),
      ImportExpression: (node) =>
        picomatch(node, node.source.type === "Literal" ? node.source.value : ""),
    };
    if (room === "match") return always;
    return {
      ...always,
      Identifier(node): void {
        if (node.name !== "RegExp" || !isReference(node) || isTypeOrInstanceof(node)) return;
        context.report({
          node,
          message: "RegExp outside match/ backtracks on text it was not written for",
          hint: "compile the pattern with match/'s linear engine",
        });
      },
      CallExpression(node): void {
        const callee = node.callee;
        if (callee.type !== "MemberExpression" || callee.property.type !== "Identifier") return;
        if (callee.computed || !/^(?:match|matchAll|search)$/.test(callee.property.name)) return;
        const argument = node.arguments[0];
        if (argument?.type === "Literal" && "regex" in argument && argument.regex) return;
        context.report({
          node,
          message: `${callee.property.name}() turns a string into a backtracking RegExp`,
          hint: "give it a regex literal, or compare strings",
        });
      },
      Literal(node): void {
        if (!("regex" in node) || !node.regex) return;
        const why = whyNotLinear(node.regex.pattern, node.regex.flags);
        if (why === null) return;
        context.report({
          node,
          message: `This regex is not trivially linear: ${why}`,
          hint: "write a loop, or use match/'s linear engine",
        });
      },
    };
  },
};

function importedName(specifier: Deno.lint.ImportDeclaration["specifiers"][number]): string {
  if (specifier.type !== "ImportSpecifier") return "*";
  const name = specifier.imported;
  return name.type === "Identifier" ? name.name : String((name as { value?: unknown }).value);
}

/** False where the identifier only names a property, a member, an import or an export. */
function isReference(node: Deno.lint.Identifier): boolean {
  const parent = node.parent as Node & Record<string, unknown>;
  switch (parent.type) {
    case "MemberExpression":
      return !sameNode(parent["property"], node) || parent["computed"] === true;
    case "Property":
      return !sameNode(parent["key"], node) || parent["computed"] === true ||
        parent["shorthand"] === true;
    case "MethodDefinition":
    case "PropertyDefinition":
    case "TSPropertySignature":
    case "TSMethodSignature":
    case "TSAbstractMethodDefinition":
    case "TSAbstractPropertyDefinition":
      return !sameNode(parent["key"], node) || parent["computed"] === true;
    case "ImportSpecifier":
    case "ImportDefaultSpecifier":
    case "ImportNamespaceSpecifier":
    case "ExportSpecifier":
    case "TSEnumMember":
    case "TSQualifiedName":
    case "TSNamedTupleMember":
    case "LabeledStatement":
    case "BreakStatement":
    case "ContinueStatement":
      return false;
    default:
      return true;
  }
}

function sameNode(value: unknown, node: Node): boolean {
  const range = (value as Node | null)?.range;
  return range !== undefined && range[0] === node.range[0] && range[1] === node.range[1];
}

function isTypeOrInstanceof(node: Deno.lint.Identifier): boolean {
  const parent = node.parent;
  return parent.type === "TSTypeReference" ||
    (parent.type === "BinaryExpression" && parent.operator === "instanceof");
}

/** `new Date(value)`, `Date.parse`, `Date.UTC`, `instanceof Date` and the type are free of the clock. */
function dateIsPure(node: Deno.lint.Identifier): boolean {
  const parent = node.parent;
  if (isTypeOrInstanceof(node)) return true;
  if (parent.type === "NewExpression") return parent.arguments.length > 0;
  return parent.type === "MemberExpression" && !parent.computed &&
    parent.property.type === "Identifier" && /^(?:parse|UTC)$/.test(parent.property.name);
}

function mathIsPure(node: Deno.lint.Identifier): boolean {
  const parent = node.parent;
  return parent.type === "MemberExpression" && !parent.computed &&
    parent.property.type === "Identifier" && parent.property.name !== "random";
}

/** The plugin, listed in deno.json. */
const plugin: Deno.lint.Plugin = {
  name: "mcpguard",
  rules: { "arrows": arrows, "pure-core": pureCore, "linear-regex": linearRegex },
};
export default plugin;
