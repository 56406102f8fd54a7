// How servers and clients from npm are run that are no part of the project.

const LOCK = new URL("../fixtures/peers.lock", import.meta.url).pathname;

/**
 * Flags for `deno run` and `deno cache`: what these packages depend on stays as it was when it was tried, whatever is
 * published meanwhile. `deno cache --no-config --lock=tests/fixtures/peers.lock --frozen=false SPEC...` renews it.
 */
export const PEER: readonly string[] = ["--quiet", "--no-config", `--lock=${LOCK}`, "--frozen"];
