// Section `upstreams` of a loaded policy: the servers behind one guard, each with lists of its own.

import type { NameList, UriList } from "../match/mod.ts";
import type { Acl } from "./types.ts";

/** A header that the guard adds, its secret in an environment variable. */
export interface UpstreamHeader {
  /** The header's name. */
  name: string;
  /** What stands before the secret, e.g. `Bearer`, or null. */
  scheme: string | null;
  /** The environment variable that holds the secret. */
  env: string;
}

/** Where a server is, or how it is started. */
export type UpstreamServer =
  | {
    /** Its address: `http(s)://`, `ws(s)://` or `sse+http(s)://`. */
    target: string;
    /** Headers of every request. */
    headers: readonly UpstreamHeader[];
  }
  | {
    /** The program and its arguments; at least one. */
    command: readonly string[];
    /** What it sees of the environment: `NAME`, `NAME=VALUE` or `NAME=env:OTHER`. */
    env: readonly string[];
  };

/** One server behind the guard. */
export interface UpstreamConfig {
  /** Its name: `a-z 0-9 -`, at most 32 characters. */
  name: string;
  /** Where it is. */
  server: UpstreamServer;
  /** Whether the client's own `Authorization` is passed on to it. */
  forwardCredentials: boolean;
  /** Narrows section `tools`; judges the server's own names. */
  tools: Acl<NameList>;
  /** Narrows section `resources`; judges the server's own URIs. */
  resources: Acl<UriList>;
  /** Narrows section `prompts`; judges the server's own names. */
  prompts: Acl<NameList>;
}
