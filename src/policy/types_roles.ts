// Section roles of a loaded policy: lists that narrow what a caller with a role may do.

import type { NameList, UriList } from "../match/mod.ts";
import type { Acl } from "./types.ts";

/** The lists of one role. They narrow; an empty allow list means all that the policy itself allows. */
export interface RoleLists {
  /** Tools. */
  tools: Acl<NameList>;
  /** Resources. */
  resources: Acl<UriList>;
  /** Prompts, by name. */
  prompts: Acl<NameList>;
}

/** Lists by role; `*` is for callers none of whose roles has an entry. */
export type RolePolicies = ReadonlyMap<string, RoleLists>;
