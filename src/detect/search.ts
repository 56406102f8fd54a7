// Asks every detector that the policy names about every text of a message, and says what is to be done where.

import type { DetectAction, DetectConfig, DetectThreshold } from "../policy/types.ts";
import { textOfBlob } from "./blob.ts";
import { type Block, blocksOf, glancesAt, GROUPS, repeatedIn } from "./blocks.ts";
import { CLEAN, type Outline } from "./outline.ts";
import { Readings } from "./normalise/readings.ts";
import type { Direction, Surface, TextUse } from "../wire/uses.ts";
import { scanSeams } from "./seams.ts";
import type { Family, Finding, JoinedFinding, SpanFinding } from "./types.ts";

/** Something that was seen in one text. */
export interface Sighting {
  /** The text. */
  use: TextUse;
  /** The text's index among those that were searched. */
  at: number;
  /** Which detector saw it. */
  family: Family;
  /** What the policy does about it. */
  action: DetectAction;
  /** What was seen. */
  finding: SpanFinding;
}

/** The detectors, as functions of one text. */
export interface Scanners {
  /** Text that speaks to the model in somebody else's name. */
  injection: (
    text: string,
    surface: Surface,
    options: { threshold: DetectThreshold; off: ReadonlySet<string>; model: boolean },
    readings?: Readings,
  ) => SpanFinding[];
  /** The same for texts that a model reads in a row: what no single one of them holds. */
  joined?: (
    texts: readonly Block[],
    options: { threshold: DetectThreshold; off: ReadonlySet<string>; model: boolean },
  ) => JoinedFinding[];
  /** A first look at short texts: each one's outline where `injection` finds nothing, null where it may. */
  glance?: (
    texts: readonly string[],
    surface: Surface,
    options: { threshold: DetectThreshold; off: ReadonlySet<string>; model: boolean },
    outlined: boolean,
  ) => (Outline | null)[];
  /** Text that people cannot see. */
  hiddenText: (
    text: string,
    surface: Surface,
    off: ReadonlySet<string>,
    readings?: Readings,
  ) => SpanFinding[];
  /** Keys, tokens and passwords. */
  secrets: (text: string, readings?: Readings) => SpanFinding[];
  /** Personal data. */
  pii: (text: string, readings?: Readings) => SpanFinding[];
}

interface Detector {
  family: Family;
  action: DetectAction;
  direction: "to_server" | "to_client" | "both";
  /** Whether long numbers are looked at; they are no sentences. */
  numbers: boolean;
  scan: (text: string, surface: Surface, readings: Readings) => SpanFinding[];
  /** Whether it finds nothing in a text of which the first look says that it is clean. */
  values: boolean;
  /** Looks at the texts of one result together. */
  joined?: (blocks: readonly Block[]) => JoinedFinding[];
  /** Takes a first look at short texts, see {@link Scanners.glance}. */
  glance?: (texts: readonly string[], surface: Surface, outlined: boolean) => (Outline | null)[];
}

/** Everything that the policy looks for. */
export class Searcher {
  readonly #detectors: Detector[] = [];

  /**
   * Prepares the search.
   *
   * @param config Section `detect`.
   * @param scanners The detectors.
   */
  constructor(config: DetectConfig, scanners: Scanners) {
    const { injection, hiddenText, secrets, pii } = config;
    const without = <T extends SpanFinding>(off: ReadonlySet<string>, found: T[]): T[] =>
      off.size === 0 ? found : found.filter((finding) => !off.has(finding.rule_id));
    // Injection first: it reads every word, and sees by the way where the others have to look.
    if (injection !== null) {
      const { action, off, model } = injection;
      const options = {
        descriptions: { threshold: injection.threshold.descriptions, off, model },
        results: { threshold: injection.threshold.results, off, model },
        arguments: { threshold: injection.threshold.arguments, off, model },
      };
      this.#detectors.push({
        family: "injection",
        action,
        direction: "both",
        numbers: false,
        values: false,
        scan: (text, surface, readings) =>
          without(off, scanners.injection(text, surface, options[GROUPS[surface]], readings)),
        joined: (blocks) => without(off, scanners.joined?.(blocks, options.results) ?? []),
        glance: (texts, surface, outlined) =>
          scanners.glance?.(texts, surface, options.results, outlined) ?? [],
      });
    }
    if (hiddenText !== null) {
      const { action, off } = hiddenText;
      this.#detectors.push({
        family: "hidden_text",
        action,
        direction: "both",
        numbers: false,
        values: true,
        scan: (text, surface, readings) =>
          without(off, scanners.hiddenText(text, surface, off, readings)),
      });
    }
    if (secrets !== null) {
      const { action, direction, off } = secrets;
      this.#detectors.push({
        ...{ family: "secrets", action, direction, numbers: true, values: true },
        scan: (text, _, readings) => without(off, scanners.secrets(text, readings)),
        joined: (texts) => without(off, scanSeams(texts, scanners.secrets)),
      });
    }
    if (pii !== null) {
      const { action, direction, off } = pii;
      this.#detectors.push({
        ...{ family: "pii", action, direction, numbers: true, values: true },
        scan: (text, _, readings) => without(off, scanners.pii(text, readings)),
        joined: (texts) => without(off, scanSeams(texts, scanners.pii)),
      });
    }
  }

  /** Whether nothing is looked for. */
  get idle(): boolean {
    return this.#detectors.length === 0;
  }

  /**
   * Searches the texts of one message.
   *
   * @param texts The texts.
   * @param direction Which way the message travels.
   * @returns What was seen, text by text.
   */
  look(texts: readonly TextUse[], direction: Direction): Sighting[] {
    const seen: Sighting[] = [];
    if (this.idle) return seen;
    const way = direction === "c2s" ? "to_client" : "to_server";
    const values = this.#detectors.some((d) => d.numbers && d.direction !== way);
    const asked = this.#detectors.filter((d) => d.direction !== way);
    const found = asked.map(() => new Array<readonly SpanFinding[]>(texts.length).fill(NONE));
    // Decoded once and looked at once, whatever detector asks.
    const plain = texts.map(({ kind, text }) => kind === "blob" ? textOfBlob(text) : text);
    const glances = glancesAt(
      texts,
      plain,
      (short, surface) => asked[0]?.glance?.(short, surface, values) ?? [],
    );
    // What comes again is not looked at again.
    const first = repeatedIn(texts, (at) => glances[at] === CLEAN);
    // Text by text, so that what is made of one is dropped before the next.
    for (let at = 0; at < texts.length; at++) {
      const outline = glances[at] ?? null;
      const text = plain[at]!;
      if (outline === CLEAN || text === null) continue;
      const { kind, surface } = texts[at]!;
      const same = first[at]!;
      if (same < at) {
        for (const list of found) list[at] = list[same]!;
        continue;
      }
      const readings = new Readings(text, values);
      if (outline !== null) readings.know(outline);
      for (let d = 0; d < asked.length; d++) {
        const { numbers, values, scan, glance } = asked[d]!;
        if (
          (kind === "number" && !numbers) || (outline !== null && glance !== undefined) ||
          (values && (numbers ? readings.outline : readings.seen) === CLEAN)
        ) continue;
        found[d]![at] = scan(text, surface, readings);
      }
    }
    const blocks = blocksOf(texts, plain);
    asked.forEach(({ family, action, joined }, d) => {
      const list = found[d]!;
      for (let at = 0; at < texts.length; at++) {
        for (const finding of list[at]!) {
          seen.push({ use: texts[at]!, at, family, action, finding });
        }
      }
      if (joined === undefined || blocks.length < 2) return;
      for (const block of blocks) block.found = list[block.at]!;
      for (const { of, ...finding } of joined(blocks)) {
        const { at } = blocks[of]!;
        seen.push({ use: texts[at]!, at, family, action, finding });
      }
    });
    hideNames(seen);
    return seen;
  }
}

const NONE: readonly SpanFinding[] = [];

/** Takes names of members that are themselves secrets out of the places that findings and refusals tell of. */
function hideNames(seen: readonly Sighting[]): void {
  const names = new Set<string>();
  for (const { use, family } of seen) {
    if (use.kind === "key" && (family === "secrets" || family === "pii")) names.add(use.text);
  }
  if (names.size === 0) return;
  for (const { use } of seen) {
    const dots = use.where.indexOf("...");
    const whole = dots < 0 ? use.where.length : dots;
    const steps = use.where.slice(0, whole).split(".").map((step) => {
      const bracket = step.indexOf("[");
      const name = bracket < 0 ? step : step.slice(0, bracket);
      return names.has(name) ? `#${step.slice(name.length)}` : step;
    });
    // Of a path that was cut the last name may be half of one.
    if (dots >= 0) steps[steps.length - 1] = "#";
    use.where = steps.join(".") + use.where.slice(whole);
  }
}

/** The most findings one message may leave; the rest would repeat them. */
const MAX_FINDINGS = 32;

/**
 * What the record of a message says about what was seen in it: each rule once per place, never the text itself.
 *
 * @param seen What was seen.
 * @returns At most 32 findings.
 */
export function findingsOf(seen: readonly Sighting[]): Finding[] {
  const findings: Finding[] = [];
  const told = new Set<string>();
  for (const { use, finding } of seen) {
    if (findings.length === MAX_FINDINGS) break;
    const { rule_id, severity, reason } = finding;
    const key = `${rule_id} ${use.where}`;
    if (told.has(key)) continue;
    told.add(key);
    findings.push({ rule_id, severity, reason, where: use.where });
  }
  return findings;
}
