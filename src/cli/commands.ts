// The table of commands. Rooms are loaded only by the command that needs them, so that each starts fast.

import { MORE } from "./commands_more.ts";
import { COMMAND, ENV, NO_WATCH, PINNED, POLICY } from "./shared_options.ts";
import type { CommandSpec } from "./spec.ts";
import { INSECURE } from "./exposed.ts";
import { PRODUCTION } from "./watching.ts";

/** Groups of commands and what they are for. */
export const GROUPS: Readonly<Record<string, string>> = {
  policy: "Work on policy files.",
  key: "Work on client keys.",
  audit: "Work on audit files.",
  approvals: "Decide on calls that wait for a human.",
};

/** Every command, in the order of the help. */
export const COMMANDS: readonly CommandSpec[] = [
  {
    name: "proxy",
    summary: "Stand between MCP clients and servers, and decide on every message.",
    operands: [{ ...COMMAND, text: "a server to start, one for each client's session" }],
    options: [
      POLICY,
      {
        name: "target",
        value: "url",
        text: "the server: http(s)://HOST:PORT/mcp, ws(s)://..., or sse+http(s)://... for HTTP+SSE",
      },
      { name: "host", value: "address", text: "address to listen on", fallback: "127.0.0.1" },
      {
        name: "port",
        value: "port",
        text: "port to listen on, 0 for any free one",
        fallback: "8787",
      },
      {
        name: "admin",
        value: "address:port",
        text: "where /readyz, /metrics and /approvals are served, or off",
        fallback: "127.0.0.1:8788",
      },
      {
        name: "allow-host",
        value: "name",
        text: "a further Host that clients may name",
        repeatable: true,
      },
      {
        name: "allow-origin",
        value: "origin",
        text: "a further web Origin that may connect",
        repeatable: true,
      },
      ENV,
      INSECURE,
      PRODUCTION,
      NO_WATCH,
    ],
    notes: [
      "Clients connect to http://HOST:PORT/mcp (Streamable HTTP), /sse (HTTP+SSE) or ws://HOST:PORT/ws; POST /call takes " +
      "one tool_call frame; GET /healthz says whether it runs. " +
      "A policy with upstreams names the servers itself; each is also alone under /mcp/NAME, /sse/NAME and /ws/NAME. " +
      "SIGTERM and SIGINT let calls end for up to 10 seconds; a second one ends at once. A changed policy file is put in " +
      "force between two messages, if it is right; else the old policy stays.",
    ],
    spawns: true,
    run: async (given) => {
      const { proxy, readProxyOptions } = await import("./proxy.ts");
      return await proxy(readProxyOptions(given));
    },
  },
  {
    name: "run",
    summary: "Wrap one server that speaks over standard input and output.",
    operands: [{ ...COMMAND, text: "the server's program and its arguments" }],
    options: [
      POLICY,
      {
        name: "target",
        value: "url",
        text: "a server elsewhere instead of a command, as for proxy",
      },
      {
        name: "identity",
        value: "name",
        text: "who the client is in rate limits and the audit",
        fallback: "local",
      },
      {
        name: "admin",
        value: "address:port",
        text: "where /readyz, /metrics and /approvals are served, or off",
        fallback: "off",
      },
      { name: "role", value: "name", text: "a role of the client", repeatable: true },
      ENV,
      PRODUCTION,
      NO_WATCH,
    ],
    notes: [
      "For the configuration of a desktop client or an IDE: command mcpguard, arguments run --policy FILE -- and then the " +
      "server's own command. The server sees PATH, HOME, the locale and the like, and what --env names. It ends with the " +
      "client, and so do its own children. A policy with upstreams names the servers itself. Ends with 0 when the client leaves, 1 when the server ends by itself.",
    ],
    spawns: true,
    run: async (given) => {
      const { readRunOptions, runServer } = await import("./run.ts");
      return await runServer(readRunOptions(given));
    },
  },
  {
    name: "check",
    summary: "Ask a policy about one tool call; nothing is spent and nothing is recorded.",
    operands: [],
    options: [
      POLICY,
      { name: "tool", value: "name", text: "the tool to be called", required: true },
      {
        name: "prompt",
        value: "text",
        text: "the prompt that leads to the call, or - for standard input",
      },
      { name: "identity", value: "name", text: "who asks", fallback: "anonymous" },
      { name: "role", value: "name", text: "a role of who asks", repeatable: true },
      { name: "resource", value: "uri", text: "a resource the call uses", repeatable: true },
      { name: "args", value: "json", text: "the arguments, a JSON object" },
      { name: "json", text: "print the decision as one line of JSON" },
      { name: "explain", text: "show every stage and which rule decided" },
    ],
    notes: [
      "Ends with 0 when the call is allowed, 1 when it is denied, 2 for bad usage or a bad policy, 3 when a human has " +
      "to confirm or approve, 70 for a failure of mcpguard itself. Keys are not asked for: --identity is believed.",
    ],
    run: async (given, output) => {
      const { check } = await import("./check.ts");
      return await check(given, output);
    },
  },
  {
    name: "policy lint",
    summary: "Report every error and warning of a policy file.",
    operands: [{ name: "file", text: "the policy file" }],
    options: [
      {
        name: "tools",
        value: "file",
        text: "a server's answer to tools/list, as JSON: rules are compared with its arguments",
      },
      { name: "json", text: "print the report as one line of JSON" },
      { name: "strict", text: "end with 1 when there are warnings" },
    ],
    notes: ["Ends with 0 when the policy loads, 2 when it does not, 1 for warnings with --strict."],
    run: async (given, output) => {
      const { policyLint } = await import("./policy.ts");
      return await policyLint(given.operands[0]!, given, output);
    },
  },
  {
    name: "init",
    summary: "Write a policy to start from, by what a server offers.",
    operands: [{ ...COMMAND, text: "the server's program and its arguments" }],
    options: [
      {
        name: "target",
        value: "url",
        text: "a server elsewhere instead of a command, as for proxy",
      },
      {
        name: "out",
        value: "file",
        text: "where to write it, or - for standard output",
        fallback: "policy.yaml",
      },
      { name: "force", text: "replace a file that is there" },
      ENV,
    ],
    notes: [
      "Tools that are said to read only are allowed, those that may change something ask first, everything else is " +
      "denied. What a server says of its tools is its word and no more: read the file before you use it.",
    ],
    spawns: true,
    run: async (given, output) => {
      const { init } = await import("./init.ts");
      return await init(given, output);
    },
  },
  {
    name: "pin",
    summary: "Pin what a server offers, so that the guard withholds what changes later.",
    operands: [{ ...COMMAND, text: "the server's program and its arguments" }],
    options: [
      ...PINNED,
      { name: "update", text: "accept what has changed, and forget what is gone" },
      { name: "json", text: "print the report as one line of JSON" },
      ENV,
    ],
    notes: [
      "Ends with 0 when everything is pinned as it is, 1 when something differs from its pin and --update is not given, " +
      "2 when the server cannot be asked.",
    ],
    spawns: true,
    run: async (given, output) => {
      const { pin } = await import("./pin.ts");
      return await pin(given, output);
    },
  },
  {
    name: "pin diff",
    summary: "Show how what a server offers differs from its pins.",
    operands: [{ ...COMMAND, text: "the server's program and its arguments" }],
    options: [...PINNED, { name: "json", text: "print the report as one line of JSON" }, ENV],
    notes: ["Ends with 0 when nothing differs, 1 when something does, 2 when it cannot be told."],
    spawns: true,
    run: async (given, output) => {
      const { pinDiff } = await import("./pin.ts");
      return await pinDiff(given, output);
    },
  },
  {
    name: "scan",
    summary: "Inspect what servers offer for hidden instructions, secrets and look-alike names.",
    operands: [{
      name: "server",
      rest: true,
      text: "a URL, the configuration file of a client, or after -- a command",
    }],
    options: [
      { name: "json", text: "print the report as one line of JSON" },
      { name: "sarif", text: "print the report in SARIF 2.1.0" },
      {
        name: "threshold",
        value: "level",
        text: "low, medium or high: how sure a finding must be",
        fallback: "medium",
      },
      ENV,
    ],
    notes: [
      "The servers are started or connected to and asked for their tools, prompts and resources; nothing is called. A " +
      "client's configuration is one of Claude Desktop, Claude Code, Cursor or VS Code. Ends with 0 when nothing was " +
      "found, 1 when something was, 2 when a server cannot be asked.",
    ],
    spawns: true,
    run: async (given, output) => {
      const { scan } = await import("./scan.ts");
      return await scan(given, output);
    },
  },
  {
    name: "schema",
    summary: "Print the JSON Schema of the policy file.",
    operands: [],
    options: [],
    notes: [
      "For editors: mcpguard schema > policy.schema.json, and as the policy's first line\n" +
      "# yaml-language-server: $schema=./policy.schema.json",
    ],
    run: async (_given, output) => {
      const { schema } = await import("./schema.ts");
      return schema(output);
    },
  },
  ...MORE,
];
