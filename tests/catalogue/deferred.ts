// Cases that cannot hold yet, and the open issue whose subject they are.

/** Case id to the title of the issue, or to why there is none. */
export const DEFERRED: Readonly<Record<string, string>> = {};

/** The classes that hold now; the others belong to later issues as a whole. */
export const CLASSES: readonly string[] = [
  ...["json", "jsonrpc", "toolname", "uri", "websocket", "policy", "pattern", "rate", "auth"],
  ...["resource", "approval", "dlp", "stdio", "process", "mcp", "http"],
];
