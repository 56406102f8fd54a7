// The exact permissions of the program, the same in every shape it is shipped in.
// Why each: net for clients and upstreams, read for the policy, write for the audit file, env for `env:NAME`
// in a policy, which may name any variable, run for the leader that `mcpguard run` starts its one child by: every
// other command gives it up before it begins. Addresses where clouds keep a machine's credentials are never connected
// to, whatever a name resolves to: the runtime asks after the resolution. Never ffi or sys; and never a question to the terminal.

/** Flags of `deno run` and `deno compile`. */
export const programFlags: readonly string[] = [
  "--no-prompt",
  "--deny-import",
  "--allow-net",
  "--deny-net=169.254.0.0/16",
  "--allow-read",
  "--allow-write",
  "--allow-env",
  "--allow-run=/bin/sh",
];
