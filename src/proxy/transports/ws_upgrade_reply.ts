// Reads the server's half of the WebSocket opening handshake, strictly and within bounds (RFC 6455 section 4.1).

import { UpstreamError } from "./upstream_error.ts";
import { acceptKey, hasToken } from "./ws_handshake.ts";

/** Most bytes of an answer's head. */
const HEAD_BYTES = 16_384;

/** The head of an HTTP answer. */
export interface ReplyHead {
  /** Status. */
  status: number;
  /** Headers in order; names in lower case. */
  headers: readonly (readonly [name: string, value: string])[];
}

const fault = (message: string, status?: number): UpstreamError =>
  new UpstreamError("handshake", message, status === undefined ? {} : { status });

/**
 * Reads up to the end of an answer's head.
 *
 * @param read Reads some bytes into the buffer; null at the end of the connection.
 * @returns The head, and what was read beyond it.
 * @throws {UpstreamError} `handshake` when the head is malformed, too long, or breaks off.
 */
export async function readReplyHead(
  read: (buffer: Uint8Array) => Promise<number | null>,
): Promise<{ head: ReplyHead; rest: Uint8Array }> {
  const buffer = new Uint8Array(HEAD_BYTES);
  let length = 0;
  let searched = 0;
  while (length < buffer.length) {
    const count = await read(buffer.subarray(length));
    if (count === null) throw fault("upstream hung up during the handshake");
    length += count;
    for (; searched + 4 <= length; searched++) {
      if (
        buffer[searched] === 13 && buffer[searched + 1] === 10 && buffer[searched + 2] === 13 &&
        buffer[searched + 3] === 10
      ) {
        return {
          head: parseReplyHead(buffer.subarray(0, searched + 2)),
          rest: buffer.slice(searched + 4, length),
        };
      }
    }
  }
  throw fault("upstream answered with too long a head");
}

/** Parses status line and headers, every line ended by CRLF. */
function parseReplyHead(bytes: Uint8Array): ReplyHead {
  const text = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  const [first = "", ...lines] = text.slice(0, -2).split("\r\n");
  const status = /^HTTP\/1\.1 ([1-5][0-9][0-9])(?: [\t -~\x80-\xff]*)?$/.exec(first);
  if (status === null) throw fault("upstream does not speak HTTP/1.1");
  const headers = lines.map((line): [string, string] => {
    const colon = line.indexOf(":");
    const name = line.slice(0, Math.max(colon, 0));
    const value = line.slice(colon + 1);
    if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name) || !/^[\t -~\x80-\xff]*$/.test(value)) {
      throw fault("upstream sent a malformed header");
    }
    return [name.toLowerCase(), value.trim()];
  });
  return { status: Number(status[1]), headers };
}

/**
 * Checks that a server accepted the upgrade, and only what was offered.
 *
 * @param head Its answer.
 * @param sent The key sent, and the subprotocols offered.
 * @throws {UpstreamError} `handshake`, with the status where it is not 101.
 */
export function checkUpgradeReply(
  head: ReplyHead,
  sent: { key: string; subprotocols: readonly string[] },
): void {
  if (head.status !== 101) {
    throw fault(`upstream answered ${head.status} instead of 101`, head.status);
  }
  const one = (name: string): string | null => {
    const values = head.headers.filter((h) => h[0] === name);
    if (values.length > 1) throw fault(`upstream sent ${name} twice`);
    return values[0]?.[1] ?? null;
  };
  if (one("upgrade")?.toLowerCase() !== "websocket") throw fault("upstream did not upgrade");
  if (!hasToken(one("connection"), "upgrade")) throw fault("upstream did not upgrade");
  if (one("sec-websocket-accept") !== acceptKey(sent.key)) {
    throw fault("upstream sent a wrong Sec-WebSocket-Accept");
  }
  if (head.headers.some((h) => h[0] === "sec-websocket-extensions")) {
    throw fault("upstream chose an extension that was not offered");
  }
  const chosen = one("sec-websocket-protocol");
  if (chosen !== null && !sent.subprotocols.includes(chosen)) {
    throw fault("upstream chose a subprotocol that was not offered");
  }
}
