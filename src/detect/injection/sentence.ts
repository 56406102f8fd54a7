// What is gathered of a sentence while its words go by, and the passages that are made of it.

/** A rule found in a text; positions are those of the text that was read. */
export interface Hit {
  readonly rule: number;
  readonly start: number;
  readonly end: number;
}

/** Two sentences in a row and what was found in them. */
export interface Passage {
  readonly start: number;
  readonly end: number;
  /** Words in it. */
  readonly words: number;
  /** Words whose letters were disguised or encoded. */
  readonly disguised: number;
  /** Words inside code or quotation. */
  readonly quoted: number;
  /** The model's sum, or 0 without a model. */
  readonly logit: number;
  /** Rules found, each once. */
  readonly hits: readonly Hit[];
}

/** One sentence; kept and used again. */
export class Sentence {
  start = 0;
  end = 0;
  words = 0;
  disguised = 0;
  quoted = 0;
  sum = 0;
  /** Slot classes 0 to 31 and 32 to 63 that occur. */
  low = 0;
  high = 0;
  hits: Hit[] = [];
  features: number[] = [];

  reset(): void {
    this.words =
      this.disguised =
      this.quoted =
      this.low =
      this.high =
      this.sum =
        0;
    if (this.hits.length > 0) this.hits = [];
    if (this.features.length > 0) this.features = [];
  }
}
