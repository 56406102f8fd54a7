// Who hears of approvals: the messages that are held for them, and the figures.

/** What happens to a request. */
export type ApprovalEvent = "requested" | "granted" | "denied" | "expired" | "consumed";

/** Hears of what happens to requests in this process: the event and the request's id. */
export type ApprovalListener = (event: ApprovalEvent, id: string) => void;

/** Passes on what happens. */
export class ApprovalEvents {
  readonly #listeners = new Set<ApprovalListener>();

  /** Adds a listener, which must not throw. @returns Takes it out again. */
  watch(listener: ApprovalListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Tells everybody. */
  tell(event: ApprovalEvent, id: string): void {
    for (const listener of [...this.#listeners]) listener(event, id);
  }
}
