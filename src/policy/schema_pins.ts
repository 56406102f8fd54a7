// The closed zod schema of section `pins`.

import * as z from "zod";

/** Section `pins`. */
export const PINS = z.strictObject({
  file: z.string().min(1).max(4096).default("mcpguard.lock").meta({
    description:
      "file that keeps each pinned definition with its digest; relative to the policy's folder",
  }),
  mode: z.enum(["first_use", "strict"]).default("first_use").meta({
    description:
      "`first_use`: what is listed for the first time is pinned; `strict`: only what `mcpguard pin` has written may be used",
  }),
}).meta({
  description:
    "pins every tool, prompt, resource template and the server's instructions: a definition that changes is withheld, and a tool that was never listed cannot be called",
});
