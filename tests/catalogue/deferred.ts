// Cases that cannot hold yet, and the open issue whose subject they are.

const TRANSPORTS = "Every transport, both protocol eras, nothing lost in between";
const ATTACKS = "See attacks: injection, hidden text, poisoned tools, secrets";
const AUDIT = "Evidence: records that prove what happened";

/** Case id to the title of the issue, or to why there is none. */
export const DEFERRED: Readonly<Record<string, string>> = {
  // Results are searched for secrets and injections, and cleaned of them.
  "RPC-020": ATTACKS,
  "PAT-002": ATTACKS,
  "PAT-010": ATTACKS,
  // Which addresses a server's name stands for is not looked at: the guard connects to what the resolver says.
  "HTTP-021": TRANSPORTS,
  // Programs share an audit file and a lock file of pins by design; a second one is not refused.
  "PRC-009": AUDIT,
};

/** The classes that hold now; the others belong to later issues as a whole. */
export const CLASSES: readonly string[] = [
  ...["json", "jsonrpc", "toolname", "uri", "websocket", "policy", "pattern", "rate", "auth"],
  ...["resource", "approval", "mcp", "http", "stdio", "process"],
];
