// Options that several commands take.

import type { OptionSpec } from "./spec.ts";

export const POLICY = { name: "policy", value: "file", text: "the policy file", required: true };

export const COMMAND = { name: "command", rest: true, instead: "target" } as const;

export const ENV = {
  name: "env",
  value: "name[=value]",
  text: "a variable of the environment that the server may see",
  repeatable: true,
};

export const DESK = [
  {
    name: "admin",
    value: "url",
    text: "the guard's admin listener",
    fallback: "http://127.0.0.1:8788",
  },
  {
    name: "key",
    value: "env:name",
    text: "the variable that holds the approver's key (approvals.admin_keys)",
    fallback: "env:MCPGUARD_APPROVER_KEY",
  },
  { name: "json", text: "print the answer as one line of JSON" },
] as const;
export const NO_WATCH = {
  name: "no-watch",
  text: "read a changed policy file at SIGHUP only, not by itself",
};
export const PINNED = [
  {
    name: "policy",
    value: "file",
    text: "the policy whose section pins names the lock file",
  },
  { name: "lock", value: "file", text: "the lock file itself", fallback: "mcpguard.lock" },
  { name: "target", value: "url", text: "a server elsewhere instead of a command, as for proxy" },
];

/** The call that a policy is asked about. */
export const ASKED: readonly OptionSpec[] = [
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
];
