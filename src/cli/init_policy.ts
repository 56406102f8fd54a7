// A starter policy from what a server offers: reading allowed, destroying asked about, secrets redacted, every line said.

import type { Offer } from "../proxy/survey.ts";
import { isPlainPromptName, isPlainToolName, literalNamePattern } from "../match/mod.ts";
import { JsonObject, type JsonValue } from "../wire/mod.ts";
import { printable } from "./output.ts";

/** What is known of a tool. */
interface Tool {
  name: string;
  about: string;
}

/** Longest description in a comment, characters. */
const ABOUT = 90;
/** Most resources that are listed one by one. */
const MOST_URIS = 50;

/**
 * Writes a policy for a server.
 *
 * @param offer What the server offers.
 * @param source What the server is, for the first line.
 * @returns YAML that `parsePolicy` takes.
 */
export function starterPolicy(offer: Offer, source: string): string {
  const { reading, adding, destroying, odd } = sorted(offer.tools);
  return [
    `# A policy for ${comment(source)}${
      offer.server === "" ? "" : `, which calls itself ${comment(offer.server)}`
    }.`,
    "# What a server says of its own tools is its word and no more: look at each line before you rely on it.",
    "version: 1",
    "",
    "# What is not listed here is denied, also what the server adds later.",
    "default: deny",
    "",
    "# Who may call. On a pipe (mcpguard run) there are no keys; over the network make one with `mcpguard key new`:",
    '# auth: { mode: api_key, allowed_keys: [{ key: "env:MCPGUARD_KEY", identity: me }] }',
    "",
    "tools:",
    ...listed("  allow", [
      [reading, "said to read only"],
      [adding, "said to write without destroying anything"],
      [destroying, "may change or destroy; see rules"],
    ]),
    ...odd.map((name) =>
      `  # left out, since its name is none that MCP allows: ${comment(JSON.stringify(name))}`
    ),
    "",
    ...rules(destroying),
    ...resources(offer),
    ...prompts(offer),
    "# Attacks in texts, both ways. `mcpguard explain` shows what each would do.",
    "detect:",
    "  injection: { action: deny, threshold: medium }",
    "  hidden_text: { action: redact }",
    "  secrets: { action: redact }",
    "",
    "# Definitions that change after they were seen are withheld; accept them with `mcpguard pin --update`.",
    "pins: { file: mcpguard.lock, mode: first_use }",
    "",
    "rate_limit: { capacity: 60, refill_rate_per_sec: 1 }",
    "",
    "logging: { level: INFO, output: stderr }",
    "attestation: { enabled: true, alg: sha256 }",
    "",
  ].join("\n");
}

function sorted(
  tools: readonly JsonObject[],
): { reading: Tool[]; adding: Tool[]; destroying: Tool[]; odd: string[] } {
  const out = {
    reading: [] as Tool[],
    adding: [] as Tool[],
    destroying: [] as Tool[],
    odd: [] as string[],
  };
  for (const tool of tools) {
    const name = tool.get("name");
    if (typeof name !== "string") continue;
    if (!isPlainToolName(name)) {
      out.odd.push(name);
      continue;
    }
    const hints = tool.get("annotations");
    const hint = (key: string): JsonValue | undefined =>
      hints instanceof JsonObject ? hints.get(key) : undefined;
    const entry = { name, about: aboutOf(tool) };
    if (hint("readOnlyHint") === true) out.reading.push(entry);
    // A tool that says nothing may destroy (MCP 2025-06-18, tools: destructiveHint is true by default).
    else if (hint("destructiveHint") === false) out.adding.push(entry);
    else out.destroying.push(entry);
  }
  return out;
}

function aboutOf(entry: JsonObject): string {
  const text = entry.get("description") ?? entry.get("title");
  return typeof text === "string" ? text : "";
}

/** A list of names in groups, each name with what it is said to be. */
function listed(key: string, groups: readonly (readonly [Tool[], string])[]): string[] {
  if (groups.every(([tools]) => tools.length === 0)) return [`${key}: []`];
  return [
    `${key}:`,
    ...groups.flatMap(([tools, title]) =>
      tools.length === 0 ? [] : [
        `    # ${title}:`,
        ...tools.map(({ name, about }) =>
          `    - ${named(name)}${about === "" ? "" : ` # ${comment(about)}`}`
        ),
      ]
    ),
  ];
}

/** A name as a pattern: a server may call a tool `re:...`, and that is no regular expression of its own choice. */
function named(name: string): string {
  return JSON.stringify(literalNamePattern(name) ?? name);
}

function rules(destroying: readonly Tool[]): string[] {
  if (destroying.length === 0) return [];
  return [
    "rules:",
    "  # Asks the client's own user before each call; `approve` instead waits for somebody else (mcpguard approvals).",
    "  - id: changes-need-a-human",
    "    tools:",
    ...destroying.map(({ name }) => `      - ${named(name)}`),
    "    effect: confirm",
    '    reason: "this tool may change or destroy something"',
    "",
    "# Who may approve where the client cannot ask its user; without anybody that is a denial:",
    '# approvals: { admin_keys: [{ key: "env:MCPGUARD_APPROVER_KEY", identity: somebody-else }] }',
    "",
  ];
}

function resources(offer: Offer): string[] {
  const uris = strings(offer.resources, "uri");
  const templates = strings(offer.templates, "uriTemplate").map(patternOf);
  const patterns = [
    ...new Set([...(uris.length > MOST_URIS ? uris.map(folderOf) : uris), ...templates]),
  ];
  return [
    "resources:",
    ...(patterns.length === 0 ? ["  allow: []"] : [
      "  allow:",
      ...patterns.slice(0, 10 * MOST_URIS).map((pattern) => `    - ${JSON.stringify(pattern)}`),
    ]),
    '  deny: ["file://**/.env", "file://**/.ssh/**", "file://**/.aws/**"]',
    "",
  ];
}

function prompts(offer: Offer): string[] {
  const names = strings(offer.prompts, "name").filter((name) =>
    isPlainPromptName(name) && literalNamePattern(name) !== null
  );
  return [
    "prompts:",
    ...(names.length === 0
      ? ["  allow: []"]
      : ["  allow:", ...names.map((name) => `    - ${named(name)}`)]),
    "",
  ];
}

function strings(items: readonly JsonObject[], key: string): string[] {
  return items.flatMap((item) => {
    const value = item.get(key);
    // What is no plain text of ASCII is left to the operator.
    return typeof value === "string" && value.length <= 500 && /^[\x21-\x7e]+$/.test(value)
      ? [value]
      : [];
  });
}

/** A URI template (RFC 6570) as a pattern: `{x}` is one part of a path, `{+x}` any. */
function patternOf(template: string): string {
  return template.replace(
    /\{([^{}]{0,200})\}/g,
    (_, inner: string) => /^[+#/]/.test(inner) ? "**" : "*",
  );
}

/** The folder of a URI and all below it. */
function folderOf(uri: string): string {
  return `${uri.slice(0, uri.lastIndexOf("/") + 1)}**`;
}

/** Other people's words in a comment: one line, nothing that a terminal acts on. */
function comment(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  return printable(line.length > ABOUT ? `${line.slice(0, ABOUT)}...` : line);
}
