// Section roles: the matchers of each role, and names that callers can really have.

import { isName, NAME_RULE, type PathProblem } from "./keys.ts";
import type { PatternCompiler } from "./patterns.ts";
import type { PolicyFile } from "./schema.ts";
import type { RoleLists, RolePolicies } from "./types_roles.ts";

/**
 * Compiles section `roles`.
 *
 * @param section The section, valid by the schema, or undefined when the file has none.
 * @param compiler Compiles patterns and reports bad ones.
 * @param problems Takes what else is wrong.
 * @returns Lists by role; empty where the section is missing.
 */
export function readRoles(
  section: PolicyFile["roles"],
  compiler: PatternCompiler,
  problems: PathProblem[],
): RolePolicies {
  const roles = new Map<string, RoleLists>();
  for (const [name, { tools, resources, prompts }] of Object.entries(section ?? {})) {
    const at = (...rest: string[]): string[] => ["roles", name, ...rest];
    if (!isName(name)) problems.push({ message: NAME_RULE, path: at() });
    roles.set(name, {
      tools: {
        allow: compiler.names(tools.allow, at("tools", "allow")),
        deny: compiler.names(tools.deny, at("tools", "deny")),
      },
      resources: {
        allow: compiler.uris(resources.allow, at("resources", "allow")),
        deny: compiler.uris(resources.deny, at("resources", "deny")),
      },
      prompts: {
        allow: compiler.names(prompts.allow, at("prompts", "allow")),
        deny: compiler.names(prompts.deny, at("prompts", "deny")),
      },
    });
  }
  return roles;
}
