// Paths into a call's arguments, as rules write them: `args.headers.authorization`, `args.rows[*].card`.

import type { ArgumentStep } from "./types_rules.ts";

/** Deepest path. */
const MAX_STEPS = 16;

/**
 * Reads a path.
 *
 * @param text The path: `args`, then names behind dots, `["any name"]` and `[*]`.
 * @returns Its steps, or what is wrong with it.
 */
export function readArgumentPath(text: string): ArgumentStep[] | string {
  const wrong = 'expected a path such as `args.card`, `args.rows[*].card` or `args["odd name"]`';
  if (!text.startsWith("args")) return wrong;
  const steps: ArgumentStep[] = [];
  let at = "args".length;
  while (at < text.length) {
    const rest = text.slice(at);
    const [whole, name, quoted] =
      /^(?:\.([A-Za-z_][A-Za-z0-9_-]*)|\["([^"\\]*)"\]|\[\*\])/.exec(rest) ?? [];
    if (whole === undefined) return wrong;
    if (name !== undefined) steps.push(name);
    else if (quoted !== undefined) steps.push(quoted);
    else steps.push({ each: true });
    at += whole.length;
  }
  if (steps.length === 0) return `${wrong}; all arguments at once would leave no call`;
  return steps.length > MAX_STEPS ? `longer than ${MAX_STEPS} steps` : steps;
}
