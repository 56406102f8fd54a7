// One audit record as one line of JSON: the mission's fields first, every string visible, contents only as digests.

import { hash } from "node:crypto";
import { Buffer } from "node:buffer";
import type { Finding } from "../guard/types.ts";
import type { AttestationConfig } from "../policy/types.ts";
import { canonicalJson, type JsonValue } from "../wire/mod.ts";
import type { BoundRecord } from "./bound.ts";
import { escapeInvisible } from "./text.ts";

/** Longest line, in bytes with its newline. */
export const MAX_LINE_BYTES = 16_384;

/** What a record that stands for several says besides. */
export interface Several {
  /** How many refusals the record stands for. */
  count: number;
  /** When the last of them was, milliseconds since 1970. */
  until?: number;
}

/** What of a record is left out where its line gets too long, first things first. */
const KEPT = ["findings", "resources", "prompts"] as const;

/** As much of it as a line holds. */
interface Kept {
  findings: readonly Finding[];
  resources: readonly string[];
  prompts: readonly string[];
}

/** Builds lines. Keeps nothing but the last second's spelling. */
export class LineBuilder {
  readonly #alg: AttestationConfig["alg"] | null;
  #ms = NaN;
  #iso = "";

  /** @param attestation Whether and how `request` and `response` are hashed. */
  constructor(attestation: AttestationConfig) {
    this.#alg = attestation.enabled ? attestation.alg : null;
  }

  /**
   * Writes one record.
   *
   * @param record A record whose strings are bounded ({@linkcode boundRecord}). Its `request` and `response` are hashed,
   * never written.
   * @param several Given for a record that stands for several refusals.
   * @returns One line with its newline, at most {@linkcode MAX_LINE_BYTES} bytes of UTF-8.
   */
  build(record: BoundRecord, several?: Several): string {
    const hashes = {
      request: this.#digest(record.request),
      response: this.#digest(record.response),
    };
    const kept: Kept = {
      findings: record.findings,
      resources: record.resources ?? [],
      prompts: record.prompts ?? [],
    };
    while (true) {
      const line = this.#line(record, kept, hashes, several);
      // Without findings and names the bounds of the strings keep a line below 13 kB, all escapes counted.
      const long = fits(line) ? undefined : KEPT.find((name) => kept[name].length > 0);
      if (long === undefined) return line;
      halve(kept, long);
    }
  }

  #line(
    record: BoundRecord,
    { findings, resources, prompts }: Kept,
    hashes: { request: string | undefined; response: string | undefined },
    several: Several | undefined,
  ): string {
    const context = record.context;
    const omitted = record.omitted + record.findings.length - findings.length;
    const unnamed = (record.resourcesOmitted ?? 0) + (record.resources?.length ?? 0) -
      resources.length;
    // The order of the members is the order in the line; JSON.stringify leaves undefined ones out.
    return escapeInvisible(JSON.stringify({
      ts: this.#time(record.ts),
      identity: record.identity,
      tool: record.tool,
      decision: record.decision,
      reason: record.reason,
      findings,
      findings_omitted: omitted > 0 ? omitted : undefined,
      event: record.event,
      id: record.id,
      method: record.method,
      direction: record.direction,
      rule: record.rule,
      resources: record.resources === undefined ? undefined : resources,
      resources_omitted: unnamed > 0 ? unnamed : undefined,
      prompts: prompts.length > 0 ? prompts : undefined,
      would_be: record.wouldBe === undefined ? undefined : {
        decision: record.wouldBe.effect,
        reason: record.wouldBe.reason,
        rule: record.wouldBe.rule,
      },
      detail: record.detail,
      approval: record.approval === undefined ? undefined : {
        id: record.approval.id,
        kind: record.approval.kind,
        digest: record.approval.digest,
        expires: this.#time(record.approval.expiresAt),
        by: record.approval.by,
      },
      policy: record.policy,
      previous_policy: record.previousPolicy,
      duration_ms: record.durationMs === undefined
        ? undefined
        : Math.round(record.durationMs * 1000) / 1000,
      transport: context?.transport,
      session: context?.session,
      remote: context?.remote,
      request_id: context?.requestId,
      upstream: context?.upstream,
      request_hash: hashes.request,
      response_hash: hashes.response,
      count: several?.count,
      until: several?.until === undefined ? undefined : this.#time(several.until),
    })) + "\n";
  }

  #digest(value: JsonValue | undefined): string | undefined {
    if (this.#alg === null || value === undefined) return undefined;
    return `${this.#alg}:${hash(this.#alg, canonicalJson(value), "hex")}`;
  }

  /** Under load many records share a millisecond, and spelling one costs more than the rest of the line. */
  #time(ms: number): string {
    if (ms !== this.#ms) {
      this.#iso = new Date(ms).toISOString();
      this.#ms = ms;
    }
    return this.#iso;
  }
}

/** Leaves out the second half. */
function halve(kept: Kept, name: keyof Kept): void {
  if (name === "findings") kept.findings = kept.findings.slice(0, kept.findings.length >> 1);
  else kept[name] = kept[name].slice(0, kept[name].length >> 1);
}

function fits(line: string): boolean {
  // A UTF-16 unit takes at most three bytes of UTF-8.
  return line.length * 3 <= MAX_LINE_BYTES || Buffer.byteLength(line) <= MAX_LINE_BYTES;
}
