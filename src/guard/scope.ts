// The async-local scope of the library: who is asking, for tools that are called deep inside an application.

import { AsyncLocalStorage } from "node:async_hooks";
import type { CallContext } from "./calls.ts";

/** Keeps a call context for everything that runs inside a callback, over awaits. */
export class CallScope {
  readonly #storage = new AsyncLocalStorage<CallContext>();

  /**
   * Runs a callback inside a context.
   *
   * @param context Identity, credentials, prompt and resources of the calls inside.
   * @param run The callback.
   * @returns What the callback returns.
   */
  run<R>(context: CallContext, run: () => R): R {
    return this.#storage.run(context, run);
  }

  /** The context of the running callback, if there is one. */
  current(): CallContext | undefined {
    return this.#storage.getStore();
  }
}
