// What an audit file shows as used: tools, resources, prompts, what servers asked for, and what its records do not say.

import { shown } from "./arguments.ts";
import { readRecords, type Recorded } from "./audit_file.ts";
import { UsageError } from "./exit.ts";

/** Most names of one kind that are kept apart. */
const MAX_NAMES = 10_000;
/** Identities of one name that are counted. */
const MAX_IDENTITIES = 100;
/** What `cap` puts where a text was cut off. */
const CUT = /…\[\+\d+\]$/u;

/** Methods whose messages name resources, or prompts, and in older records do not. */
const NAMELESS: Readonly<Record<string, "resources" | "prompts">> = {
  "resources/read": "resources",
  "resources/subscribe": "resources",
  "prompts/get": "prompts",
};

/** What servers ask of clients, and the key of `server_requests` that judges it. */
export const ASKS: Readonly<Record<string, string>> = {
  "sampling/createMessage": "sampling",
  "elicitation/create": "elicitation",
  "roots/list": "roots",
};

/** How something was used. */
export interface Seen {
  /** How often. */
  count: number;
  /** By whom; at most a hundred are told apart. */
  identities: Set<string>;
  /** A rule that would have refused it by name, and only watched; absent for none. */
  refusedBy?: string;
}

/** What an audit file shows. Names of tools and prompts are as policies have them. */
export interface Traffic {
  /** Tools that were called. */
  tools: Map<string, Seen>;
  /** Resources, as records name them. */
  resources: Map<string, Seen>;
  /** The servers that each resource was asked of; none where there is only one, or nobody can say. */
  owners: Map<string, Set<string>>;
  /** Prompts. */
  prompts: Map<string, Seen>;
  /** Servers, where several stand behind the guard. */
  upstreams: Set<string>;
  /** Keys of `server_requests` that servers used. */
  asks: Set<string>;
  /** Messages that passed whose resources, or prompts, the records do not hold. */
  unnamed: Record<"resources" | "prompts", number>;
  /** Names that were cut off, and that one record had too many of. */
  lost: number;
  /** Messages that were refused. */
  refused: number;
  /** Lines that are no audit records. */
  skipped: number;
}

/**
 * Reads what an audit file shows.
 *
 * @param file Its path, or `-` for standard input.
 * @throws {UsageError} When it cannot be read, shows nothing, or shows more than one deployment has.
 */
export async function readTraffic(file: string): Promise<Traffic> {
  const traffic: Traffic = {
    tools: new Map(),
    resources: new Map(),
    owners: new Map(),
    prompts: new Map(),
    upstreams: new Set(),
    asks: new Set(),
    unnamed: { resources: 0, prompts: 0 },
    ...{ lost: 0, refused: 0, skipped: 0 },
  };
  let passed = 0;
  traffic.skipped = await readRecords(file, (recorded) => {
    if (recorded.event === "decision" && !passes(recorded)) traffic.refused += recorded.count;
    else if (recorded.event === "decision" || recorded.resources !== null) {
      if (recorded.direction === "c2s") passed++;
      take(traffic, recorded);
    }
  });
  if (passed === 0) throw new UsageError(`${shown(file)} holds no record of a message that passed`);
  return traffic;
}

/** What waits for somebody's word has not passed yet; when it does, there is another record of it. */
function passes({ decision }: Recorded): boolean {
  return decision === "allow" || decision === "redact";
}

function take(traffic: Traffic, recorded: Recorded): void {
  const { tool, upstream, method, direction, resources, prompts } = recorded;
  if (direction === "s2c" && recorded.event === "decision" && Object.hasOwn(ASKS, method)) {
    traffic.asks.add(ASKS[method]!);
  }
  if (upstream !== null) traffic.upstreams.add(upstream);
  if (tool !== null && recorded.event === "decision") see(traffic, traffic.tools, tool, recorded);
  for (const name of prompts ?? []) see(traffic, traffic.prompts, name, recorded);
  for (const uri of resources ?? []) {
    if (!see(traffic, traffic.resources, uri, recorded) || upstream === null) continue;
    const owners = traffic.owners.get(uri) ?? new Set();
    traffic.owners.set(uri, owners.add(upstream));
  }
  traffic.lost += recorded.resourcesOmitted;
  const nameless = Object.hasOwn(NAMELESS, method) ? NAMELESS[method]! : null;
  if (nameless !== null && recorded[nameless] === null) traffic.unnamed[nameless] += recorded.count;
}

function see(
  traffic: Traffic,
  names: Map<string, Seen>,
  name: string,
  { count, identity, event, refusedBy }: Recorded,
): boolean {
  if (CUT.test(name)) {
    traffic.lost++;
    return false;
  }
  const known: Seen = names.get(name) ?? { count: 0, identities: new Set() };
  known.count += event === "decision" ? count : 1;
  if (known.identities.size < MAX_IDENTITIES) known.identities.add(identity);
  // That a list does not allow it yet is why a policy is looked for; what somebody refused on purpose is another thing.
  if (refusedBy !== null && !/(?:^default|\.allow)$/.test(refusedBy)) known.refusedBy = refusedBy;
  names.set(name, known);
  if (names.size > MAX_NAMES) {
    throw new UsageError(
      `more than ${MAX_NAMES} different names: that is no audit of one deployment`,
    );
  }
  return true;
}
