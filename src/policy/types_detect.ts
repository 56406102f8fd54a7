// Section `detect` of a loaded policy: what is looked for in texts, and what is done about it.

/** What is done with a message in which something was seen. */
export type DetectAction = "deny" | "redact" | "record";

/** How sure a detector must be; `low` finds the most and errs the most. */
export type DetectThreshold = "low" | "medium" | "high";

/** What every detector has. */
export interface DetectorConfig {
  /** What is done. */
  action: DetectAction;
  /** Rules that are switched off, by id. */
  off: ReadonlySet<string>;
}

/** `detect.injection`. */
export interface InjectionConfig extends DetectorConfig {
  /** How sure it must be, by where the text stands. */
  threshold: {
    /** Descriptions of tools, prompts and resources, and a server's instructions. */
    descriptions: DetectThreshold;
    /** What servers answer: results, resources, errors, log and progress messages. */
    results: DetectThreshold;
    /** What clients and users say: arguments, prompts, sampling, elicitation. */
    arguments: DetectThreshold;
  };
  /** Whether the trained model is one of the signals. */
  model: boolean;
}

/** `detect.secrets` and `detect.pii`. */
export interface LeakConfig extends DetectorConfig {
  /** Which way the texts travel: what goes to servers, what comes back, or both. */
  direction: "to_server" | "to_client" | "both";
}

/** `detect.judge`: a classifier of the operator's own. */
export interface JudgeConfig {
  /** Where texts are sent. */
  url: string;
  /** Headers of each request; values as the file spells them, `env:NAME`. */
  headers: Readonly<Record<string, string>>;
  /** Milliseconds for an answer. */
  timeoutMs: number;
  /** What happens without an answer. */
  onError: "deny" | "allow";
  /** Longest text that is sent, characters. */
  maxChars: number;
  /** Milliseconds for which an answer counts; 0 keeps none. */
  cacheTtlMs: number;
  /** Most answers that are kept. */
  cacheEntries: number;
}

/** Section `detect`; a detector that is null looks at nothing. */
export interface DetectConfig {
  /** Text that speaks to the model in somebody else's name. */
  injection: InjectionConfig | null;
  /** Text that people cannot see. */
  hiddenText: DetectorConfig | null;
  /** Keys, tokens and passwords. */
  secrets: LeakConfig | null;
  /** Personal data: e-mail addresses, cards, bank accounts, telephone and identity numbers. */
  pii: LeakConfig | null;
  /** A classifier of the operator's own. */
  judge: JudgeConfig | null;
}
