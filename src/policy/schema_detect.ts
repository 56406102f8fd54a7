// The closed zod schema of section `detect`. Every key carries its description; the reference is made from it.

import * as z from "zod";

const action = z.enum(["deny", "redact", "record"]);

const off = z.array(z.string().min(1).max(64).meta({ description: "id of a rule" })).max(200)
  .default([]).meta({ description: "rules that are switched off, by the ids that findings name" });

const threshold = z.enum(["low", "medium", "high"]);

const direction = z.enum(["to_server", "to_client", "both"]).default("both").meta({
  description:
    "which way texts are searched: what clients send (`to_server`), what servers answer (`to_client`), or both",
});

const INJECTION = z.strictObject({
  action: action.default("deny").meta({
    description:
      "`deny` refuses the message, withholds the answer or hides the tool; `redact` cuts the passage out; `record` only records",
  }),
  threshold: threshold.default("medium").meta({
    description: "how sure a detector must be: `low` finds the most and errs the most",
  }),
  thresholds: z.strictObject({
    descriptions: threshold.optional().meta({
      description: "threshold for descriptions of tools, prompts and resources, and instructions",
    }),
    results: threshold.optional().meta({
      description: "threshold for results, resources, errors, log and progress messages",
    }),
    arguments: threshold.optional().meta({
      description: "threshold for tool arguments, prompts, sampling and elicitation",
    }),
  }).prefault({}).meta({ description: "other thresholds by where the text stands" }),
  model: z.boolean().default(true).meta({
    description: "whether the trained model is one of the signals; it never decides alone",
  }),
  off,
}).meta({ description: "text that speaks to the model in somebody else's name" });

const HIDDEN_TEXT = z.strictObject({
  action: action.default("deny").meta({
    description: "`redact` takes out what cannot be seen, and the rest passes",
  }),
  off,
}).meta({
  description:
    "characters that people cannot see or tell from others: tags, zero-width runs, lookalikes, bidi controls, ANSI escapes",
});

const SECRETS = z.strictObject({
  action: action.default("redact").meta({
    description: "`redact` puts a placeholder in place of the secret, the same for the same secret",
  }),
  direction,
  off,
}).meta({ description: "keys, tokens, passwords and private keys" });

const PII = z.strictObject({
  action: action.default("record").meta({
    description: "`redact` puts a placeholder in place of the value, the same for the same value",
  }),
  direction,
  off,
}).meta({
  description:
    "personal data: e-mail addresses, payment cards, IBANs, telephone numbers, identity numbers of some countries",
});

const JUDGE = z.strictObject({
  url: z.string().min(1).max(2048).meta({
    description:
      "where texts are sent, without what is redacted: `https://`, or `http://` on this machine",
    examples: ["http://127.0.0.1:9000/judge"],
  }),
  headers: z.record(
    z.string().max(64).regex(/^[A-Za-z0-9-]+$/),
    z.string().min(5).max(132).regex(/^env:[A-Za-z_][A-Za-z0-9_]*$/, "expected `env:NAME`").meta({
      description: "`env:NAME` of the variable that holds the value",
    }),
  ).default({}).meta({
    description: "headers of each request, by name; values are `env:NAME` only",
  }),
  timeout_ms: z.int().min(10).max(60_000).default(2000).meta({
    description: "time for an answer, in ms",
  }),
  on_error: z.enum(["deny", "allow"]).default("deny").meta({
    description:
      "when there is no answer in time: refuse the message, or let it pass with a finding",
  }),
  max_chars: z.int().min(1).max(1_000_000).default(20_000).meta({
    description:
      "longest text that is sent, in characters; of a longer one the beginning and the end are",
  }),
  cache_ttl_s: z.int().min(0).max(86_400).default(300).meta({
    description: "time for which an answer counts for the same texts, in s; 0 keeps none",
  }),
  cache_entries: z.int().min(1).max(1_000_000).default(10_000).meta({
    description: "most answers that are kept",
  }),
}).meta({ description: "a classifier of your own, asked by HTTP about the texts of each message" });

/** Section `detect`. */
export const DETECT = z.strictObject({
  injection: INJECTION.optional(),
  hidden_text: HIDDEN_TEXT.optional(),
  secrets: SECRETS.optional(),
  pii: PII.optional(),
  judge: JUDGE.optional(),
}).meta({
  description:
    "what is looked for in every text of every message, both ways; a detector that is not named looks at nothing, `{}` takes its defaults",
});
