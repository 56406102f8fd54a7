// What detectors report.

/** Something a detector or a text rule saw. The field names are those of the audit line. */
export interface Finding {
  /** The rule, e.g. `prompt_regex_0`. */
  rule_id: string;
  /** How bad it is. */
  severity: "low" | "medium" | "high";
  /** What was seen, in words; never the matched text itself. */
  reason: string;
  /** Where in the message, e.g. `params.arguments.text`. */
  where?: string;
}

/** A finding with its place in the text that was scanned. */
export interface SpanFinding extends Finding {
  /** First UTF-16 unit. */
  start: number;
  /** One past the last UTF-16 unit. */
  end: number;
  /** How strong the evidence is, in points; comparable within one family only. */
  score?: number;
}
