// Every injection rule, in one list.

import type { InjectionRule } from "../rule_types.ts";
import { DESCRIPTION_RULES } from "./descriptions.ts";
import { EXTRACT_RULES } from "./extract.ts";
import { LANGUAGE_RULES } from "./languages.ts";
import { OVERRIDE_RULES } from "./override.ts";
import { PERSONA_RULES } from "./persona.ts";
import { ROLEPLAY_RULES } from "./roleplay.ts";
import { TOOL_RULES } from "./tools.ts";

export const INJECTION_RULES: readonly InjectionRule[] = [
  ...OVERRIDE_RULES,
  ...EXTRACT_RULES,
  ...PERSONA_RULES,
  ...ROLEPLAY_RULES,
  ...TOOL_RULES,
  ...LANGUAGE_RULES,
  ...DESCRIPTION_RULES,
];
