// Every injection rule, in one list.

import type { InjectionRule } from "../rule_types.ts";
import { EXTRACT_RULES } from "./extract.ts";
import { OVERRIDE_RULES } from "./override.ts";
import { PERSONA_RULES } from "./persona.ts";
import { TOOL_RULES } from "./tools.ts";

export const INJECTION_RULES: readonly InjectionRule[] = [
  ...OVERRIDE_RULES,
  ...EXTRACT_RULES,
  ...PERSONA_RULES,
  ...TOOL_RULES,
];
