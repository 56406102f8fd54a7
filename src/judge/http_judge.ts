// A classifier of the operator's own, asked by HTTP: with a deadline, a bounded cache, and a chosen way to fail.

import { hash } from "node:crypto";
import { collect } from "../collect.ts";
import { DependencyFailed } from "../errors.ts";
import type { Clock, Detector, DetectorVerdict } from "../guard/ports.ts";
import type { Finding, Inquiry } from "../guard/types.ts";
import type { JudgeConfig } from "../policy/types.ts";
import { readVerdict } from "./verdict.ts";

/** What the judge needs from outside. */
export interface HttpJudgeOptions {
  /** Time, for the cache. */
  clock: Pick<Clock, "monotonic">;
  /** Reads an environment variable. */
  env: (name: string) => string | undefined;
  /** Sends a request; `fetch` unless a test brings its own. */
  fetch?: typeof fetch;
}

/** Largest answer, bytes. */
const MAX_ANSWER = 65_536;
/** Questions under way at once; the next ones wait for nothing and fail. */
const MAX_OPEN = 256;

/** Asks a classifier about the texts of each message and of each answer. */
export class HttpJudge implements Detector {
  /** {@inheritDoc Detector.name} */
  readonly name = "judge";
  /** {@inheritDoc Detector.answers} */
  readonly answers = true;
  readonly #config: JudgeConfig;
  readonly #options: HttpJudgeOptions;
  readonly #headers: Headers;
  readonly #cache = new Map<string, { until: number; verdict: DetectorVerdict }>();
  #open = 0;

  /**
   * Prepares the judge; nothing is sent yet.
   *
   * @param config `detect.judge`.
   * @param options Time and environment.
   * @throws {DependencyFailed} Where a variable that a header names is not set.
   */
  constructor(config: JudgeConfig, options: HttpJudgeOptions) {
    this.#config = config;
    this.#options = options;
    this.#headers = new Headers({ "Content-Type": "application/json", Accept: "application/json" });
    for (const [name, source] of Object.entries(config.headers)) {
      const variable = source.slice("env:".length);
      const value = options.env(variable);
      if (value === undefined || value === "") {
        throw new DependencyFailed(
          "judge",
          `detect.judge.headers: the environment variable ${variable} is not set`,
        );
      }
      this.#headers.set(name, value);
    }
  }

  /** {@inheritDoc Detector.inspect} */
  async inspect(inquiry: Inquiry): Promise<DetectorVerdict> {
    const texts = inquiry.texts.filter((use) => use.kind !== "number");
    if (texts.length === 0) return { findings: [], deny: false };
    const { maxChars } = this.#config;
    const body = JSON.stringify({
      version: 1,
      direction: inquiry.direction,
      method: inquiry.method,
      tool: inquiry.tool,
      texts: texts.map(({ text, surface, where }) => ({
        surface,
        where,
        text: cut(text, maxChars),
      })),
    });
    const key = hash("sha256", body, "base64");
    const known = this.#cached(key);
    if (known !== undefined) return known;
    try {
      const verdict = await this.#ask(body);
      this.#keep(key, verdict);
      return verdict;
    } catch (error) {
      if (this.#config.onError === "deny") throw error;
      return { findings: [UNAVAILABLE], deny: false };
    }
  }

  async #ask(body: string): Promise<DetectorVerdict> {
    if (this.#open >= MAX_OPEN) throw failed("too many questions wait for its answer");
    this.#open++;
    try {
      const response = await (this.#options.fetch ?? fetch)(this.#config.url, {
        method: "POST",
        headers: this.#headers,
        body,
        // Texts of other people go where the operator says, and nowhere else.
        redirect: "manual",
        signal: AbortSignal.timeout(this.#config.timeoutMs),
      });
      const bytes = response.body === null
        ? new Uint8Array()
        : await collect(response.body, MAX_ANSWER, () => failed("its answer is too large"));
      if (response.status !== 200) throw failed(`it answered with status ${response.status}`);
      const verdict = readVerdict(bytes);
      if (verdict === null) throw failed("its answer is none");
      return verdict;
    } catch (error) {
      throw error instanceof DependencyFailed ? error : failed("it does not answer", error);
    } finally {
      this.#open--;
    }
  }

  #cached(key: string): DetectorVerdict | undefined {
    const entry = this.#cache.get(key);
    if (entry === undefined) return undefined;
    this.#cache.delete(key);
    if (entry.until <= this.#options.clock.monotonic()) return undefined;
    // Last used goes last, so that the first is the one to forget.
    this.#cache.set(key, entry);
    return entry.verdict;
  }

  #keep(key: string, verdict: DetectorVerdict): void {
    const { cacheTtlMs, cacheEntries } = this.#config;
    if (cacheTtlMs === 0) return;
    if (this.#cache.size >= cacheEntries) this.#cache.delete(this.#cache.keys().next().value!);
    this.#cache.set(key, { until: this.#options.clock.monotonic() + cacheTtlMs, verdict });
  }
}

const UNAVAILABLE: Finding = {
  rule_id: "judge_unavailable",
  severity: "medium",
  reason:
    "the judge did not answer in time, and the policy lets the message pass (on_error: allow)",
};

function failed(why: string, cause?: unknown): DependencyFailed {
  return new DependencyFailed("judge", `the judge cannot be asked: ${why}`, { cause });
}

/** The beginning and the end of a long text: attacks sit at either. */
function cut(text: string, most: number): string {
  if (text.length <= most) return text;
  const half = most >> 1;
  return `${text.slice(0, half)}\n[...]\n${text.slice(text.length - half)}`;
}
