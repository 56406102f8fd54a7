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

/** A finding that knows its place in the text. */
export interface SpanFinding extends Finding {
  /** First UTF-16 unit of it. */
  start: number;
  /** First UTF-16 unit after it. */
  end: number;
  /** How sure the detector is, from 0 to 1, where it says so. */
  score?: number;
}

/** A finding in one of several texts that were read in a row. */
export interface JoinedFinding extends SpanFinding {
  /** The index of the text. */
  of: number;
}

/** What is looked for; the names are those of the policy's section `detect`. */
export type Family = "injection" | "hidden_text" | "secrets" | "pii";
