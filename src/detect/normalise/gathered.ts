// Texts of one kind that were found in another: written one behind the other and read as one, with the way back.

import { SourceMap } from "./source_map.ts";
import { TextSink } from "./sink.ts";

/** How a text was written inside another. */
export type InnerKind = "base64" | "hex" | "hidden" | "groups";

/** What was found of one kind. */
export interface Inner {
  /** How it was written. */
  readonly kind: InnerKind;
  /** What it says, with a seam between two texts. */
  readonly text: string;
  /** Back to the runs in the text that it stands in; a seam belongs to the run before it. */
  readonly map: SourceMap;
}

/** Between two texts: no value goes over it but a private key that ends behind it. */
export const SEAM = "\n}|{\n";
const SEAM_UNITS = Array.from(SEAM, (c) => c.charCodeAt(0));

/** One sink for each kind, used again for the next text: what it held is a text of its own by then. */
const SINKS: Readonly<Record<InnerKind, TextSink>> = {
  base64: new TextSink(),
  hex: new TextSink(),
  hidden: new TextSink(),
  groups: new TextSink(),
};

/** Collects the texts of one kind; each is begun, written, and kept or dropped. */
export class Gathered {
  readonly kind: InnerKind;
  /** Where the texts are written. */
  readonly sink: TextSink;
  readonly #map = new SourceMap();
  #at = 0;

  /** @param kind How they are written; one of a kind is in use at a time. */
  constructor(kind: InnerKind) {
    this.kind = kind;
    this.sink = SINKS[kind].clear();
  }

  /** Begins with a text. */
  begin(): void {
    const { sink } = this;
    sink.begin();
    if (sink.length > 0) { for (const unit of SEAM_UNITS) sink.unit(unit); }
    this.#at = sink.length;
  }

  /** Units since the beginning. */
  get taken(): number {
    return this.sink.length - this.#at;
  }

  /** Begins with the same text once more. */
  restart(): void {
    this.sink.drop();
    this.begin();
  }

  /** Leaves the text out; always -1. */
  drop(): -1 {
    this.sink.drop();
    return -1;
  }

  /** Keeps the text. */
  keep(start: number, end: number): void {
    this.#map.add(this.#at, start, end);
  }

  /** What was kept, or null. */
  inner(): Inner | null {
    const { length } = this.sink;
    return length === 0 ? null : { kind: this.kind, text: this.sink.text(), map: this.#map };
  }
}
