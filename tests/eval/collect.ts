// What the engine sees in a corpus, kept for training: passages, their features and the points of their rules.

import type { Grammar } from "../../src/detect/injection/grammar.ts";
import { isQuestion, SecondLanguage } from "../../src/detect/injection/description_signs.ts";
import { type Reading, readLayers } from "../../src/detect/injection/read.ts";
import { rulePoints, scaleOf } from "../../src/detect/injection/score.ts";
import type { SurfaceGroup } from "../../src/detect/injection/rule_types.ts";
import type { Encoding } from "../../src/detect/normalise/layers.ts";
import type { Passage } from "../../src/detect/injection/engine.ts";
import { groupOf } from "./groups.ts";
import type { Row } from "./rows.ts";

/** One passage of a text. */
export interface Sample {
  readonly features: Uint32Array;
  readonly passage: Passage;
  readonly layer: readonly Encoding[];
  /** Points of rules and disguise, before the model. */
  readonly points: number;
}

/** One row with its passages. */
export interface Collected {
  readonly row: Row;
  readonly group: SurfaceGroup;
  readonly samples: readonly Sample[];
  readonly reading: Reading;
  readonly second: SecondLanguage;
}

/**
 * Reads every row.
 *
 * @param rows Attack and benign rows.
 * @param grammar The rules.
 * @returns The passages of each row.
 */
export function collect(rows: readonly Row[], grammar: Grammar): Collected[] {
  const scales = new Map(
    (["description", "result", "argument"] as const).map((
      g,
    ) => [g, scaleOf(grammar.rules, g, new Set())]),
  );
  return rows.map((row) => {
    const group = groupOf(row);
    const scale = scales.get(group)!;
    const second = new SecondLanguage(scale.language, scale.points[scale.language] ?? 0);
    const samples: Sample[] = [];
    const reading = readLayers(row.text, grammar, null, {
      features: true,
      passage(passage, layer, locate, features): void {
        if (layer.length === 0) second.take(passage);
        const question = scale.question > 0 && layer.length === 0 &&
          isQuestion(row.text, locate(passage.end - 1).end);
        samples.push({
          features: Uint32Array.from(features),
          passage,
          layer,
          points: rulePoints(passage, layer, scale, question),
        });
      },
    });
    return { row, group, samples, reading, second };
  });
}
