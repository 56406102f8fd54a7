// What a message uses, as the inspection table takes it apart: names, URIs, texts, lists.

import type { JsonObject, JsonValue } from "./value.ts";

/** Which way a message travels: from the client to the server, or back. */
export type Direction = "c2s" | "s2c";

/** A tool or prompt name that a message uses. */
export interface NameUse {
  /** Which list judges it. */
  kind: "tool" | "prompt";
  /** The name as decoded from the message. */
  name: string;
  /** Where it stands, e.g. `params.name`. */
  where: string;
  /** The server it belongs to, where several stand behind one guard; set by the guard. */
  upstream?: string;
}

/** A URI that a message uses. */
export interface UriUse {
  /** The text as decoded from the message. */
  uri: string;
  /** `resource`: judged by allow and deny; `template`: an RFC 6570 template; `argument`: a string inside tool arguments. */
  role: "resource" | "template" | "argument";
  /** Where it stands, e.g. `params.uri`. */
  where: string;
  /** True where the content of the resource stands beside it; absent where it is only named. */
  content?: true;
  /** The server it belongs to, where several stand behind one guard; set by the guard. */
  upstream?: string;
  /** Puts the canonical form into the message, so that what was judged is what is forwarded. */
  rewrite?: (canonical: string) => void;
}

/** Where a text sits; thresholds and rules differ by surface. */
export type Surface =
  | "prompt"
  | "prompt_argument"
  | "sampling"
  | "elicitation"
  | "argument"
  | "description"
  | "instructions"
  | "result"
  | "resource"
  | "error"
  | "log"
  | "other";

/** A free text that a message carries. */
export interface TextUse {
  /** The decoded text. */
  text: string;
  /** Which surface it belongs to. */
  surface: Surface;
  /** Where it stands, e.g. `params.arguments.query`. */
  where: string;
  /**
   * What it is, where it is no plain text: the name of a member, a long number, or the base64 of a
   * resource's or block's content, which may be a text.
   */
  kind?: "key" | "number" | "blob";
  /** What holds it in the message's tree, so that it can be replaced: an array of values, or for a name its object. */
  holder?: JsonValue[] | JsonObject;
  /** Its index there. */
  index?: number;
}

/** A list in a result whose items are shown only when the policy lets the client use them. */
export interface ListUse {
  /** Which ACL judges the items. */
  kind: "tool" | "prompt" | "resource" | "template";
  /** The member that holds the name or URI: `name`, `uri`, `uriTemplate`. */
  key: string;
  /** The array inside the result's tree; the relay removes items in place. */
  items: JsonValue[];
  /** Where it stands, e.g. `result.tools`. */
  where: string;
  /** For each item, and once after the last: how many texts of the message come before it. */
  marks: number[];
}

/** Everything that one message uses. */
export interface Uses {
  /** Tool that is called, or null. */
  tool: string | null;
  /** Names the lists judge. */
  names: NameUse[];
  /** URIs the lists judge. */
  uris: UriUse[];
  /** Texts the detectors judge. */
  texts: TextUse[];
  /** Lists to filter. */
  lists: ListUse[];
}
