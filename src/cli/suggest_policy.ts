// The text of the policy that `mcpguard audit suggest` writes: literal names, folders where there are many, deny for the rest.

import {
  canonicalizeTemplate,
  compileUriList,
  isPlainPromptName,
  isPlainToolName,
  literalNamePattern,
  literalPattern,
  templateVerdict,
  UriError,
  type UriList,
} from "../match/mod.ts";
import { printable } from "./output.ts";
import { isTemplate, usedUri } from "./replay.ts";
import { ASKS, type Seen, type Traffic } from "./traffic.ts";

/** The expansion of a template whose resources nobody has read. */
const ONLY_ASKED = "only-asked-about";

/** A pattern of an allow list. */
interface Allowed {
  pattern: string;
  /** For people: how often, by how many. */
  note: string;
  /** The servers that it is for; empty for all. */
  owners: ReadonlySet<string>;
}

/**
 * Writes the policy.
 *
 * @param traffic What was used.
 * @param file The audit file's name, for the comment.
 * @param most Resources of one folder that are listed one by one; more become `FOLDER/*`.
 * @returns Its text.
 */
export function suggestedPolicy(traffic: Traffic, file: string, most: number): string {
  const names = (seen: Map<string, Seen>, plain: (name: string) => boolean): Allowed[] =>
    [...seen.keys()].filter(plain).sort().flatMap((name) => {
      const pattern = literalNamePattern(name);
      return pattern === null
        ? []
        : [{ pattern, note: noteOf(seen.get(name)!), owners: new Set<string>() }];
    });
  const resources = resourcePatterns(traffic, most);
  return [
    `# Suggested from ${
      printable(JSON.stringify(file))
    }: what passed there is allowed, nothing else.`,
    "# Read it before you use it: a call that was an attack is in here as well. It has lists only: take `auth`, `rules`,",
    "# `detect`, limits, `logging` and the like from the policy that recorded this.",
    "version: 1",
    "default: deny",
    "",
    ...list("", "tools", names(traffic.tools, isPlainToolName)),
    "",
    ...[...traffic.resources.keys()].filter(isHidden).sort().map((name) =>
      `# A secret was hidden in ${printable(JSON.stringify(name))}: allow that by hand, if at all.`
    ),
    ...list("", "resources", resources, traffic.unnamed.resources > 0 ? "**" : null),
    "",
    ...list(
      "",
      "prompts",
      names(traffic.prompts, isPlainPromptName),
      traffic.unnamed.prompts > 0 ? "*" : null,
    ),
    "",
    "# What servers may ask of clients: what they did ask.",
    `server_requests: { ${
      [...new Set(Object.values(ASKS))].map((key) =>
        `${key}: ${traffic.asks.has(key) ? "allow" : "deny"}`
      ).join(", ")
    } }`,
    "",
    ...servers(traffic, resources),
  ].join("\n");
}

/** The servers, each with its own resources: another one's URIs are none of its. */
function servers(traffic: Traffic, resources: readonly Allowed[]): string[] {
  if (traffic.upstreams.size === 0) return [];
  const open = traffic.unnamed.resources > 0;
  return [
    "# Put the real target or command of each server here: records do not hold them.",
    "upstreams:",
    ...[...traffic.upstreams].sort().flatMap((name) => {
      const own = resources.filter(({ owners }) => owners.size === 0 || owners.has(name));
      return [
        `  - name: ${quoted(name)}`,
        `    target: ${quoted("https://change-me.invalid/mcp")}`,
        ...own.length === 0 && !open
          ? ['    resources: { deny: ["**"] }']
          : list("    ", "resources", own, open ? "**" : null),
      ];
    }),
    "",
  ];
}

function list(
  indent: string,
  section: string,
  allowed: readonly Allowed[],
  open: string | null = null,
): string[] {
  const lines = allowed.map(({ pattern, note }) => `${indent}    - ${quoted(pattern)} # ${note}`);
  if (open !== null) {
    lines.push(
      `${indent}    # Some records do not hold which: put the ones you mean in the place of this.`,
      `${indent}    - ${quoted(open)}`,
    );
  }
  return lines.length === 0
    ? [`${indent}${section}: { allow: [] }`]
    : [`${indent}${section}:`, `${indent}  allow:`, ...lines];
}

/**
 * Patterns for the resources, none of which is wider than what was used but for folders with many. A template only adds one
 * where none of the others is among its expansions.
 */
function resourcePatterns(traffic: Traffic, most: number): Allowed[] {
  const byFolder = new Map<string, string[]>();
  const out: Allowed[] = [];
  const of = (names: readonly string[], pattern: string): Allowed => {
    const owned = names.map((name) => traffic.owners.get(name));
    return {
      pattern,
      note: noteOf(joined(names.map((name) => traffic.resources.get(name)!))),
      owners: new Set(owned.includes(undefined) ? [] : owned.flatMap((set) => [...set!])),
    };
  };
  const templates: string[] = [];
  for (const name of [...traffic.resources.keys()].sort()) {
    if (isHidden(name)) continue;
    if (isTemplate(name)) {
      templates.push(name);
      continue;
    }
    const folder = folderOf(name);
    byFolder.set(folder ?? name, [...(byFolder.get(folder ?? name) ?? []), name]);
  }
  for (const [folder, names] of byFolder) {
    if (names.length > most) out.push(of(names, `${literalPattern(folder)}*`));
    else out.push(...names.map((name) => of([name], literalPattern(name))));
  }
  const sure = out.filter(({ pattern }) => isPattern(pattern));
  // Whoever may read one of its expansions may ask about a template: so one that hardly names anything is enough.
  const known = compileUriList(sure.map(({ pattern }) => pattern));
  const asked = templates.filter((name) => !isReached(name, known)).map((name) => {
    const one = of([name], literalPattern(name.replace(/\{\*\*?\}/g, ONLY_ASKED)));
    return { ...one, note: `${one.note}; only to ask about ${printable(JSON.stringify(name))}` };
  }).filter(({ pattern }) => isPattern(pattern));
  return [...sure, ...asked];
}

/** Whether a secret was hidden in a name: what a caller makes look like one must not become a wildcard. */
function isHidden(recorded: string): boolean {
  return recorded.replace(/^[a-z0-9+.-]+:\/\/\*@/, "").replace(/\{\*\*?\}/g, "").includes("*");
}

/** The folder of a URI, with its slash at the end; null where it is in none. */
function folderOf(recorded: string): string | null {
  const slash = recorded.lastIndexOf("/");
  const head = recorded.slice(0, slash + 1);
  return slash < 0 || slash === recorded.length - 1 || head.endsWith("://") ? null : head;
}

function joined(all: readonly Seen[]): Seen {
  const refusedBy = all.find((one) => one.refusedBy !== undefined)?.refusedBy;
  return {
    count: all.reduce((sum, { count }) => sum + count, 0),
    identities: new Set(all.flatMap(({ identities }) => [...identities])),
    ...(refusedBy === undefined ? {} : { refusedBy }),
  };
}

function noteOf({ count, identities, refusedBy }: Seen): string {
  const by = identities.size === 1 ? "1 identity" : `${identities.size} identities`;
  const warning = refusedBy === undefined
    ? ""
    : `; LOOK: ${printable(JSON.stringify(refusedBy))} would have refused it`;
  return `${count === 1 ? "once" : `${count} times`} by ${by}${warning}`;
}

function isReached(recorded: string, list: UriList): boolean {
  const { uri } = usedUri(recorded);
  try {
    return templateVerdict(canonicalizeTemplate(uri), list, compileUriList([]), false).visible;
  } catch (error) {
    // No guard has written that; whoever did gets nothing for it.
    if (error instanceof UriError) return true;
    throw error;
  }
}

function isPattern(pattern: string): boolean {
  try {
    compileUriList([pattern]);
    return true;
  } catch {
    return false;
  }
}

/** A YAML text in quotes, in ASCII. */
function quoted(text: string): string {
  return JSON.stringify(text).replace(
    /[^ -~]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
