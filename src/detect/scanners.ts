// The detectors that the policy's section `detect` names.

import { scanHidden, scanInjection } from "./injection/mod.ts";
import { scanPii } from "./pii/mod.ts";
import type { Scanners } from "./search.ts";
import { scanSecrets } from "./secrets/mod.ts";

/** Every detector. */
export const SCANNERS: Scanners = {
  injection: scanInjection,
  hiddenText: scanHidden,
  secrets: scanSecrets,
  pii: scanPii,
};
