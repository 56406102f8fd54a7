// Accepts TCP connections, up to a cap, and goes on when file descriptors run out: node:net stops for good then,
// without a word (Deno 2.9.6).

/** What an acceptor does. */
export interface AcceptorOptions {
  /** The listening socket. */
  listener: Pick<Deno.TcpListener, "accept">;
  /** Says whether one more connection may be open; those beyond are closed at once. */
  room(): boolean;
  /** Told of a connection that is closed because there is no room. */
  onDropped?(conn: Deno.TcpConn): void;
  /** Takes a connection. */
  onConnection(conn: Deno.TcpConn): void;
  /** Milliseconds to wait after a failed accept; 100 by default. */
  backoffMs?: number;
  /** Told of the first of a row of failed accepts. */
  onError(error: unknown): void;
}

/**
 * Accepts until the listener is closed.
 *
 * @param options What to do.
 * @returns When the listener is closed.
 */
export async function acceptAll(options: AcceptorOptions): Promise<void> {
  let failing = false;
  for (;;) {
    try {
      const conn = await options.listener.accept();
      failing = false;
      if (options.room()) options.onConnection(conn);
      else {
        options.onDropped?.(conn);
        conn.close();
      }
    } catch (error) {
      if (error instanceof Deno.errors.BadResource || error instanceof Deno.errors.Interrupted) {
        return;
      }
      if (!failing) options.onError(error);
      failing = true;
      await new Promise((resolve) => setTimeout(resolve, options.backoffMs ?? 100));
    }
  }
}
