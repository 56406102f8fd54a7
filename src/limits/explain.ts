// Says why Redis failed, in words that hold no secret: a server may repeat a password in its answer.

import { Late } from "./deadline.ts";

/** What the first word of Redis' error answers means for a rate limiter. */
const ANSWERS: Record<string, string> = {
  BADBUCKET: "a bucket's key holds something else (is the key prefix shared with another program?)",
  BUSY: "the server is busy with another script",
  CLUSTERDOWN: "the cluster is down",
  LOADING: "the server is still loading its data",
  MASTERDOWN: "the server is a replica without its master",
  MISCONF: "the server refuses writes, since it cannot save",
  MOVED: "the key belongs to another node of a Redis Cluster",
  ASK: "the key is moving to another node of a Redis Cluster",
  NOAUTH: "the server wants a password",
  NOPERM: "the user may not run EVALSHA, EVAL, TIME, GET and SET on these keys",
  NOREPLICAS: "the server has too few replicas to write",
  OOM: "the server is out of memory",
  READONLY: "the server is a read-only replica",
  TRYAGAIN: "the cluster is moving keys",
  WRONGPASS: "user or password is wrong",
  WRONGTYPE: "a bucket's key holds something else (is the key prefix shared with another program?)",
};

/** Fixed texts of the client library; any other text might repeat what it was given. */
const CLIENT: Record<string, string> = {
  "Connection timeout": "no connection in time",
  "Disconnects client": "the connection was lost",
  "Socket closed unexpectedly": "the server closed the connection",
  "The client is closed": "the connection was lost",
  "The client is offline": "not connected",
  "The queue is full": "too many takes wait for an answer",
};

/**
 * The first word of an error answer of Redis, which is its code.
 *
 * @param error What a command was rejected with.
 * @returns The code, e.g. `WRONGTYPE`; undefined when the server did not answer at all.
 */
export function answerCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || (error as { code?: unknown }).code !== undefined) {
    return undefined;
  }
  const word = error.message.split(" ", 1)[0] ?? "";
  return Object.hasOwn(ANSWERS, word) || word === "ERR" || word === "NOSCRIPT" ? word : undefined;
}

/**
 * Why a connection or command failed.
 *
 * @param error What was thrown.
 * @returns A few words, without the server's or the client's own text.
 */
export function explain(error: unknown): string {
  const answer = answerCode(error);
  if (answer !== undefined) {
    return `${answer}: ${ANSWERS[answer] ?? "the server refused the command"}`;
  }
  if (error instanceof Late) return error.message;
  const code = error instanceof Error ? (error as { code?: unknown }).code : undefined;
  if (typeof code === "string" && /^[A-Z0-9_]{1,64}$/.test(code)) return code;
  if (error instanceof Error) {
    if (Object.hasOwn(CLIENT, error.message)) return CLIENT[error.message] as string;
    const certificate = /^invalid peer certificate: ([A-Za-z]{1,40})/.exec(error.message);
    if (certificate) return `the server's certificate is not trusted (${certificate[1]})`;
  }
  return "the connection failed";
}
