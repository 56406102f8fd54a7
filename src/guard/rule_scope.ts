// What the conditions of rules see of one message: its arguments as they lie in the message, who asks, by what session,
// which tool, which resource, and the time. Made once for a message, and only what is asked for.

import { Fuel, type Raw, Timestamp, uriValue, type Value } from "../policy/mod.ts";
import type { CanonicalUri } from "../match/mod.ts";
import { JsonObject } from "../wire/value.ts";
import { argumentsOf } from "./redact.ts";
import type { Inquiry, ToolFacts } from "./types.ts";

/** Steps that the conditions of all rules may take for one message; one takes some 30 ns. */
const MESSAGE_FUEL = 6_000_000;

/** What MCP says of a tool that says nothing itself (revision 2025-03-26, `ToolAnnotations`). */
export const UNSAID: Required<ToolFacts> = {
  title: "",
  readOnlyHint: false,
  destructiveHint: true,
  idempotentHint: false,
  openWorldHint: true,
};

/** The variables of one message. */
export class RuleScope {
  /** What is left for the message. */
  readonly fuel = new Fuel(MESSAGE_FUEL);
  readonly #inquiry: Inquiry;
  readonly #now: number;
  readonly #made = new Map<string, Value>();

  /**
   * Remembers the message.
   *
   * @param inquiry The message.
   * @param now Milliseconds since 1970.
   */
  constructor(inquiry: Inquiry, now: number) {
    this.#inquiry = inquiry;
    this.#now = now;
  }

  /**
   * Variables for one look at the message.
   *
   * @param resource The resource that is looked at, where a rule asks for one.
   * @returns The value of a declared variable.
   */
  variables(resource: CanonicalUri | null): (name: string) => Value {
    return (name) => {
      if (name === "resource") return resource === null ? new Map() : uriValue(resource);
      const known = this.#made.get(name);
      if (known !== undefined) return known;
      const made = this.#make(name);
      this.#made.set(name, made);
      return made;
    };
  }

  #make(name: string): Value {
    const { identity, context, tool, toolFacts, method } = this.#inquiry;
    switch (name) {
      case "args":
        return argumentsOf(this.#inquiry) ?? new JsonObject();
      case "identity":
        return object({ id: identity.id, roles: identity.roles, method: identity.method });
      case "session":
        return object({ id: context?.session ?? "", transport: context?.transport ?? "" });
      case "tool":
        return object({
          name: tool ?? "",
          known: toolFacts !== undefined,
          untrusted: object({ ...UNSAID, ...toolFacts }),
        });
      case "method":
        return method;
      default:
        return new Timestamp(BigInt(this.#now) * 1_000_000n);
    }
  }
}

function object(fields: Readonly<Record<string, Raw>>): ReadonlyMap<Value, Raw> {
  return new Map(Object.entries(fields));
}
