// What takes the passages of a text and of its decoded layers.

import type { Encoding } from "../normalise/layers.ts";
import type { Passage } from "./sentence.ts";

/** Where a layer's positions lie in the text that was given. */
export type Locate = (at: number) => { start: number; end: number };

/** Takes passages in which a rule or a disguise was found, all passages of decoded layers, and what it wants beside. */
export interface Sink {
  /** Whether it wants every passage. */
  readonly every?: boolean;
  /** Whether it wants passages that are mostly in other letters than Latin ones. */
  readonly foreign?: boolean;
  /** Whether it wants the model's features, which only training needs, of every passage. */
  readonly features?: boolean;
  /** Whether the outline of the view that is read is wanted. */
  readonly outline?: boolean;
  /**
   * @param passage Positions are those of the layer.
   * @param layer Encodings from the outside in; empty for the text itself.
   * @param locate Back to the given text.
   * @param features Places of the model's features; only filled for training.
   */
  passage(
    passage: Passage,
    layer: readonly Encoding[],
    locate: Locate,
    features: readonly number[],
  ): void;
}
