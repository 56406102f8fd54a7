// Reads a server's event stream (WHATWG HTML, server-sent events), byte by byte and within bounds:
// what an event says is left as bytes, for the strict JSON reader to judge.

import { UpstreamError } from "./upstream_error.ts";

/** One event that carries something, an empty `data` included. */
export interface SseEvent {
  /** The event's type; `message` where it names none. */
  type: string;
  /** The bytes of its `data` lines, joined by LF. */
  data: Uint8Array;
}

/** Bounds for names, ids and retry times: longer ones are of no use to anybody. */
const FIELD_BYTES = 1024;

const CR = 13;
const LF = 10;
const COLON = 58;
const SPACE = 32;
const BOM = [0xef, 0xbb, 0xbf];

/** Bytes that grow by doubling, up to a limit. */
class Growing {
  length = 0;
  #bytes = new Uint8Array(0);
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  append(chunk: Uint8Array): void {
    const length = this.length + chunk.length;
    if (length > this.#limit) throw new UpstreamError("size", "the server's event is too large");
    if (length > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(512, length, Math.min(2 * length, this.#limit)));
      grown.set(this.#bytes.subarray(0, this.length));
      this.#bytes = grown;
    }
    this.#bytes.set(chunk, this.length);
    this.length = length;
  }

  /** The bytes, which are the caller's from now on. */
  take(): Uint8Array {
    const bytes = this.#bytes.subarray(0, this.length);
    this.#bytes = new Uint8Array(0);
    this.length = 0;
    return bytes;
  }
}

/** A parser of one stream. */
export class SseParser {
  /** The last id that an ended event carried; empty where there is none. It is what `Last-Event-ID` repeats. */
  lastEventId = "";
  /** The last `retry`, ms, or undefined. */
  retryMs: number | undefined;

  readonly #onEvent: (event: SseEvent) => void;
  readonly #line: Growing;
  readonly #data: Growing;
  #hasData = false;
  #type = "";
  #id = "";
  #afterCr = false;
  #bomBytes = 0;

  /**
   * @param maxBytes Bytes that the data of one event may have; a line may be a little longer.
   * @param onEvent Called for each event with a `data` line, in order.
   * @param lastEventId The id to start from, on a stream that resumes another.
   */
  constructor(maxBytes: number, onEvent: (event: SseEvent) => void, lastEventId = "") {
    this.#onEvent = onEvent;
    this.#line = new Growing(maxBytes + FIELD_BYTES);
    this.#data = new Growing(maxBytes);
    this.lastEventId = lastEventId;
    this.#id = lastEventId;
  }

  /**
   * Reads on. What an unfinished event holds when the stream ends is dropped, as the standard says.
   *
   * @param chunk The next bytes; only looked at during the call.
   * @throws {UpstreamError} `size` for an event or a line that is too long.
   */
  push(chunk: Uint8Array): void {
    let from = this.#skipBom(chunk);
    let cr = chunk.indexOf(CR, from);
    let lf = chunk.indexOf(LF, from);
    while (from < chunk.length) {
      if (this.#afterCr) {
        this.#afterCr = false;
        if (chunk[from] === LF) {
          from++;
          if (lf >= 0 && lf < from) lf = chunk.indexOf(LF, from);
          continue;
        }
      }
      const end = cr < 0 ? lf : lf < 0 ? cr : Math.min(cr, lf);
      if (end < 0) return this.#line.append(chunk.subarray(from));
      const rest = chunk.subarray(from, end);
      if (this.#line.length === 0) this.#endLine(rest);
      else {
        this.#line.append(rest);
        this.#endLine(this.#line.take());
      }
      from = end + 1;
      if (end === cr) {
        this.#afterCr = true;
        cr = chunk.indexOf(CR, from);
      } else lf = chunk.indexOf(LF, from);
    }
  }

  /** One byte order mark at the very beginning is ignored, wherever the chunks are cut. */
  #skipBom(chunk: Uint8Array): number {
    let from = 0;
    while (this.#bomBytes < BOM.length && from < chunk.length) {
      if (chunk[from] !== BOM[this.#bomBytes]) {
        // No mark: what looked like the beginning of one belongs to the first line.
        if (this.#bomBytes > 0) this.#line.append(Uint8Array.from(BOM.slice(0, this.#bomBytes)));
        this.#bomBytes = BOM.length;
        return from;
      }
      from++;
      this.#bomBytes++;
    }
    return from;
  }

  #endLine(line: Uint8Array): void {
    if (line.length === 0) return this.#endEvent();
    const colon = line.indexOf(COLON);
    if (colon === 0) return; // a comment keeps the connection alive and says nothing
    const nameEnd = colon < 0 ? line.length : colon;
    if (nameEnd > 5) return; // no field has a longer name
    let start = colon < 0 ? line.length : colon + 1;
    if (line[start] === SPACE) start++;
    const value = line.subarray(start);
    switch (String.fromCharCode(...line.subarray(0, nameEnd))) {
      case "data":
        if (this.#hasData) this.#data.append(Uint8Array.of(LF));
        this.#data.append(value);
        this.#hasData = true;
        return;
      case "event":
        this.#type = shortText(value);
        return;
      case "id":
        if (!value.includes(0)) this.#id = shortText(value);
        return;
      case "retry": {
        const text = shortText(value);
        if (/^[0-9]{1,15}$/.test(text)) this.retryMs = Number(text);
        return;
      }
    }
  }

  #endEvent(): void {
    const type = this.#type === "" ? "message" : this.#type;
    this.#type = "";
    this.lastEventId = this.#id;
    if (!this.#hasData) return;
    this.#hasData = false;
    this.#onEvent({ type, data: this.#data.take() });
  }
}

const DECODER = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The text of a name, id or time. */
function shortText(bytes: Uint8Array): string {
  if (bytes.length > FIELD_BYTES) {
    throw new UpstreamError("size", "a field of the server's event is too long");
  }
  try {
    return DECODER.decode(bytes);
  } catch {
    throw new UpstreamError("stream", "the server's event stream is no UTF-8");
  }
}
