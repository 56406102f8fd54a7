// The detectors that the policy's section `detect` names.

import { glanceInjection, scanHidden, scanInjection, scanJoined } from "./injection/mod.ts";
import { scanPii } from "./pii/mod.ts";
import type { Scanners } from "./search.ts";
import { scanSecrets } from "./secrets/mod.ts";

/** Every detector. */
export const SCANNERS: Scanners = {
  injection: scanInjection,
  joined: scanJoined,
  glance: glanceInjection,
  hiddenText: scanHidden,
  secrets: scanSecrets,
  pii: scanPii,
};
