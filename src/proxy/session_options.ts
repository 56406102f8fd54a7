// What one session is made of, for the listener that makes it.

import type { Clock, Identity } from "../guard/mod.ts";
import type { Desk } from "./asking.ts";
import type { Budget } from "./budget.ts";
import type { Handles } from "./handles.ts";
import type { Channel, CloseInfo } from "./transports/channel.ts";

/** What a session is made of. */
export interface SessionOptions extends Desk {
  /** The client's connection, not yet started. */
  client: Channel;
  /** Opens the server's connection; may reject with `UpstreamError`. */
  connect: () => Promise<Channel>;
  /** The server that the client's address names, where several stand behind the guard. */
  upstream?: string;
  /** Who the client is. */
  identity: Identity;
  /** Session id, minted by the guard. */
  id: string;
  /** Time. */
  clock: Clock;
  /** Shared over all sessions. */
  budget: Budget;
  /** Whose cursors, request states and tasks are whose; shared over all sessions. */
  handles: Handles;
  /** Told of failures that are the guard's own. */
  onError: (error: unknown) => void;
  /** Told, in words, what the operator should look at: rules that read what no tool of the server's has. */
  notice?: (words: string) => void;
  /** Called once when the client is gone, with how its connection ended. */
  onEnd: (info: CloseInfo) => void;
}
