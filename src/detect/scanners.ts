// The detectors that the policy's section `detect` names.

import { scanPii } from "./pii/mod.ts";
import type { Scanners } from "./search.ts";
import { scanSecrets } from "./secrets/mod.ts";

/** Every detector. */
export const SCANNERS: Scanners = {
  injection: () => [],
  hiddenText: () => [],
  secrets: scanSecrets,
  pii: scanPii,
};
