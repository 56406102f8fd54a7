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
