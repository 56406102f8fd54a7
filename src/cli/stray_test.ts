// The last net: errors that nobody caught are told by kind, bounded, and do not end the process.

import { expect } from "expect";
import { catchStray, kindOf } from "./stray.ts";

Deno.test("kindOf() says class, code and place, never the message", () => {
  const error = Object.assign(new RangeError("secret"), { code: "EPIPE" });
  const kind = kindOf(error);
  expect(kind).toMatch(/^RangeError EPIPE at stray_test\.ts:\d+:\d+$/);
  expect(kindOf("secret")).toBe("a value that is no error");
  expect(kindOf(Object.assign(new Error("secret"), { stack: "Error: secret" }))).toBe("Error");
});

Deno.test("catchStray() catches rejections and errors, and tells one a second", () => {
  const said: string[] = [];
  let now = 0;
  const stray = catchStray((message) => said.push(message), () => now);
  const reject = (reason: unknown): boolean => {
    const event = new PromiseRejectionEvent("unhandledrejection", {
      promise: Promise.resolve(),
      reason,
      cancelable: true,
    });
    globalThis.dispatchEvent(event);
    return event.defaultPrevented;
  };
  try {
    expect(reject(new TypeError("secret"))).toBe(true);
    expect(reject(new TypeError("secret"))).toBe(true);
    now = 1000;
    const event = new ErrorEvent("error", { error: new RangeError("secret"), cancelable: true });
    globalThis.dispatchEvent(event);
    expect(event.defaultPrevented).toBe(true);
  } finally {
    stray.dispose();
  }
  expect(said).toHaveLength(2);
  expect(said[0]).toMatch(/^internal failure, please report it: TypeError at \S+; going on$/);
  expect(said[1]).toMatch(/RangeError at \S+, and 1 more before it; going on$/);
  expect(said.join()).not.toContain("secret");
});
