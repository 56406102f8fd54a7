// Section `upstreams`: rules over several keys, names that cannot shadow each other, secrets by `env:` only.

import { isUpstreamName } from "../match/mod.ts";
import type { PathProblem } from "./keys.ts";
import type { Path } from "./path.ts";
import { PatternCompiler } from "./patterns.ts";
import type { PolicyFile } from "./schema.ts";
import type { UpstreamConfig, UpstreamHeader, UpstreamServer } from "./types_upstreams.ts";

type Entry = NonNullable<PolicyFile["upstreams"]>[number];

/** A value whose secret is in the environment, with or without a scheme before it. */
const BY_ENV = /^(?:([A-Za-z][A-Za-z0-9-]{0,31}) )?env:([A-Za-z_][A-Za-z0-9_]{0,127})$/;
const TOKEN = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/;
const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*(?:=|$)/;
/** Headers that belong to the transports. */
const OWN_HEADERS: ReadonlySet<string> = new Set([
  ...["host", "connection", "content-length", "transfer-encoding", "te", "trailer", "upgrade"],
  ...["keep-alive", "expect", "content-type", "content-encoding", "accept", "accept-encoding"],
  ...["last-event-id", "cookie", "origin"],
]);

/**
 * Compiles section `upstreams`.
 *
 * @param values The file's values, valid by the schema.
 * @param problems Takes what is wrong.
 * @returns The servers in the order of the file.
 */
export function compileUpstreams(values: PolicyFile, problems: PathProblem[]): UpstreamConfig[] {
  const seen = new Map<string, number>();
  // The server's own lists judge its own names, so they know no spelling with a server's name.
  const compiler = new PatternCompiler(problems);
  return (values.upstreams ?? []).map((entry, i) => {
    const path: Path = ["upstreams", i];
    const bad = (message: string, ...at: Path): void => {
      problems.push({ message, path: [...path, ...at] });
    };
    const first = seen.get(entry.name);
    if (!isUpstreamName(entry.name)) {
      bad("expected `a-z`, `0-9` and single `-`, a letter first", "name");
    } else if (first !== undefined) {
      bad(`two servers of one name: entry ${first} is called so too`, "name");
    } else seen.set(entry.name, i);
    const mode = values.auth?.mode;
    if (
      entry.forward_client_credentials && mode !== undefined && mode !== "none" &&
      mode !== "api_key"
    ) {
      bad(
        `with auth mode \`${mode}\` the client's \`Authorization\` is its key for this guard, which no server may get`,
        "forward_client_credentials",
      );
    }
    return {
      name: entry.name,
      server: readServer(entry, bad),
      forwardCredentials: entry.forward_client_credentials,
      tools: {
        allow: compiler.names(entry.tools.allow, [...path, "tools", "allow"]),
        deny: compiler.names(entry.tools.deny, [...path, "tools", "deny"]),
      },
      resources: {
        allow: compiler.uris(entry.resources.allow, [...path, "resources", "allow"]),
        deny: compiler.uris(entry.resources.deny, [...path, "resources", "deny"]),
      },
      prompts: {
        allow: compiler.names(entry.prompts.allow, [...path, "prompts", "allow"]),
        deny: compiler.names(entry.prompts.deny, [...path, "prompts", "deny"]),
      },
    };
  });
}

type Bad = (message: string, ...at: Path) => void;

function readServer(entry: Entry, bad: Bad): UpstreamServer {
  const { target, command } = entry;
  if ((target === undefined) === (command === undefined)) {
    bad("one of `target` and `command` is needed, and not both", "name");
  }
  if (command !== undefined) {
    if (command[0]!.trim() === "") bad("the program's name is empty", "command", 0);
    if (entry.headers.length > 0) bad("a program has no headers; it has `env`", "headers");
    if (entry.forward_client_credentials) {
      bad("a program has no headers, so nothing can be passed on", "forward_client_credentials");
    }
    entry.env.forEach((one, i) => {
      if (!VARIABLE.test(one)) {
        bad("expected `NAME`, `NAME=VALUE` or `NAME=env:OTHER`", "env", i);
      } else if (/=env:/.test(one) && BY_ENV.exec(one.slice(one.indexOf("=") + 1)) === null) {
        bad("expected the name of an environment variable after `env:`", "env", i);
      }
    });
    return { command, env: entry.env };
  }
  if (target !== undefined) checkTarget(target, bad);
  if (entry.env.length > 0) bad("an address has no environment; it has `headers`", "env");
  const headers = entry.headers.map((one, i) => readHeader(one, i, entry, bad));
  return { target: target ?? "", headers: headers.filter((one) => one !== null) };
}

/** What the address may not hold is checked without ever repeating it: it may hold a password. */
function checkTarget(target: string, bad: Bad): void {
  if (
    !/^(?:wss?|(?:sse\+)?https?):\/\//.test(target) || !URL.canParse(target.replace(/^sse\+/, ""))
  ) {
    bad("expected `http(s)://HOST:PORT/mcp`, `ws(s)://...` or `sse+http(s)://...`", "target");
    return;
  }
  const url = new URL(target.replace(/^sse\+/, ""));
  if (url.username !== "" || url.password !== "") {
    bad("holds a user name or password; put them into `headers` by `env:NAME`", "target");
  }
  if (url.hash !== "") bad("holds a fragment (`#...`), which no server sees", "target");
}

function readHeader(
  { name, value }: Entry["headers"][number],
  i: number,
  entry: Entry,
  bad: Bad,
): UpstreamHeader | null {
  const lower = name.toLowerCase();
  if (!TOKEN.test(name)) bad("expected the name of a header", "headers", i, "name");
  else if (OWN_HEADERS.has(lower) || lower.startsWith("mcp-") || lower.startsWith("sec-")) {
    bad("this header belongs to the transport", "headers", i, "name");
  } else if (entry.headers.findIndex((one) => one.name.toLowerCase() === lower) !== i) {
    bad("this header is given twice", "headers", i, "name");
  } else if (lower === "authorization" && entry.forward_client_credentials) {
    bad("the client's own is passed on (`forward_client_credentials`)", "headers", i, "name");
  }
  const parts = BY_ENV.exec(value);
  if (parts === null) {
    // Never repeated: it is most likely the secret itself.
    bad(
      "expected `env:NAME`, or a scheme and `env:NAME`; a secret does not belong here",
      "headers",
      i,
      "value",
    );
    return null;
  }
  return { name, scheme: parts[1] ?? null, env: parts[2]! };
}
