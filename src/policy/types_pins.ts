// Section `pins` of a loaded policy: definitions of tools that were seen once and must stay what they were.

/** Section `pins`. */
export interface PinsConfig {
  /** The lock file; relative to the policy's folder. */
  file: string;
  /** `first_use`: what is seen first is pinned; `strict`: only what stands in the file may be used. */
  mode: "first_use" | "strict";
}
