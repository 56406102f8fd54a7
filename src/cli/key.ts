// `mcpguard key new`: a fresh key for a client, and its hash for the policy.

import { freshKey } from "../auth/mod.ts";
import type { Output } from "./output.ts";

/** Runs `key new` and returns the exit code. */
export function keyNew(options: { json?: boolean }, output: Output): number {
  const { key, sha256 } = freshKey();
  if (options.json === true) {
    output.line(JSON.stringify({ key, sha256 }));
    return 0;
  }
  output.line(`key:    ${key}`);
  output.line(`policy: ${sha256}`);
  output.line("");
  output.line("Give the key to the client and put the policy line into auth.allowed_keys;");
  output.line("the key is shown only here and cannot be read back from its hash.");
  return 0;
}
