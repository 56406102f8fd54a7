// An HTTP client that sends exactly the bytes it is told to, and reads streams event by event.

/** One answer. */
export interface RawReply {
  /** Status. */
  status: number;
  /** Headers, names in lower case. */
  headers: Map<string, string>;
  /** Body, chunks joined. */
  body: string;
}

/**
 * Sends bytes on a connection of their own and reads everything up to the end of the connection.
 *
 * @param port Port on the loopback address.
 * @param text What to send; every line of a head ends with CRLF.
 * @returns The first answer; the connection must be one that the other side closes.
 */
export async function rawHttp(port: number, text: string): Promise<RawReply> {
  return (await rawHttpAll(port, text))[0]!;
}

/** As {@linkcode rawHttp}, with every answer that came. */
export async function rawHttpAll(port: number, text: string): Promise<RawReply[]> {
  using conn = await Deno.connect({ hostname: "127.0.0.1", port });
  const writing = writeAll(conn, new TextEncoder().encode(text)).catch(() => {});
  const chunks: Uint8Array[] = [];
  const buffer = new Uint8Array(16_384);
  try {
    for (let n; (n = await conn.read(buffer)) !== null;) chunks.push(buffer.slice(0, n));
  } catch {
    // reset after the answer: what came is what there is
  }
  await writing;
  return parse(new TextDecoder("latin1").decode(await new Blob(chunks as BlobPart[]).bytes()));
}

/**
 * The text of a request whose answer ends its connection.
 *
 * @param method Method.
 * @param path Path and query.
 * @param headers Headers; Host and Connection are added where they are not given.
 * @param body Body; its length is added.
 */
export function rawRequest(
  method: string,
  path: string,
  headers: readonly (readonly [string, string])[],
  body?: string,
): string {
  const lines = headers.map(([name, value]) => `${name}: ${value}`);
  const has = (wanted: string): boolean => headers.some(([name]) => name.toLowerCase() === wanted);
  if (!has("host")) lines.unshift("Host: localhost:PORT");
  if (!has("connection")) lines.push("Connection: close");
  if (body !== undefined) lines.push(`Content-Length: ${new TextEncoder().encode(body).length}`);
  return `${method} ${path} HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n${body ?? ""}`;
}

async function writeAll(conn: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await conn.write(bytes.subarray(at));
}

function parse(text: string): RawReply[] {
  const replies: RawReply[] = [];
  let rest = text;
  while (rest.startsWith("HTTP/1.1 ")) {
    const end = rest.indexOf("\r\n\r\n");
    const [first, ...lines] = rest.slice(0, end).split("\r\n");
    const headers = new Map(lines.map((line) => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const;
    }));
    rest = rest.slice(end + 4);
    let body = "";
    if (headers.get("transfer-encoding") === "chunked") {
      for (;;) {
        const line = rest.indexOf("\r\n");
        const size = line < 0 ? 0 : parseInt(rest.slice(0, line), 16);
        if (size === 0) break;
        body += rest.slice(line + 2, line + 2 + size);
        rest = rest.slice(line + 4 + size);
      }
      rest = rest.slice(rest.indexOf("\r\n\r\n") + 4);
    } else {
      const length = Number(headers.get("content-length") ?? 0);
      body = rest.slice(0, length);
      rest = rest.slice(length);
    }
    replies.push({ status: Number(first!.split(" ")[1]), headers, body });
  }
  return replies;
}

/** One event of a stream. */
export interface RawEvent {
  /** Type; `message` unless said otherwise. */
  type: string;
  /** Id, or undefined. */
  id: string | undefined;
  /** Milliseconds after which to come back, or undefined. */
  retry: number | undefined;
  /** Data. */
  data: string;
}

/**
 * Reads a stream of events.
 *
 * @param response An answer of type `text/event-stream`.
 * @returns The events in order; comments are left out. Returning early closes the stream.
 */
export async function* eventsOf(response: Response): AsyncGenerator<RawEvent> {
  let waiting = "";
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
    waiting += chunk;
    for (let end; (end = waiting.indexOf("\n\n")) >= 0;) {
      const block = waiting.slice(0, end);
      waiting = waiting.slice(end + 2);
      const fields = new Map(
        block.split("\n").map((line) => {
          const colon = line.indexOf(":");
          return [line.slice(0, colon), line.slice(colon + 1).replace(/^ /, "")] as const;
        }),
      );
      if (!fields.has("data")) continue;
      const retry = fields.get("retry");
      yield {
        type: fields.get("event") ?? "message",
        id: fields.get("id"),
        retry: retry === undefined ? undefined : Number(retry),
        data: fields.get("data")!,
      };
    }
  }
}
