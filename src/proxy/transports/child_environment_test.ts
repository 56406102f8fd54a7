import { expect } from "expect";
import { childEnvironment, DEFAULT_VARIABLES } from "./child_environment.ts";

const guard: Record<string, string> = {
  ...{
    PATH: "/bin",
    HOME: "/root",
    API_KEY: "k",
    AUDIT_KEY: "s3cret",
    HTTPS_PROXY: "http://u:p@h",
  },
  ...{ LD_PRELOAD: "/x.so", MULTI: "a\0b", TERM: "() { :; }" },
};
const read = (name: string): string | undefined => guard[name];

Deno.test("childEnvironment() passes the defaults that are set, and no others", () => {
  expect(childEnvironment([], read)).toEqual({ PATH: "/bin", HOME: "/root" });
  const all = new Proxy({}, { get: (_, name) => `v-${String(name)}` }) as Record<string, string>;
  expect(Object.keys(childEnvironment([], (name) => all[name]))).toEqual([...DEFAULT_VARIABLES]);
});

Deno.test("childEnvironment() passes what is named, and a named value wins over the guard's", () => {
  expect(childEnvironment(["API_KEY", "PATH=/opt", "EMPTY=", "EQ=a=b", "LD_PRELOAD"], read))
    .toEqual({
      ...{ PATH: "/opt", HOME: "/root", API_KEY: "k", EMPTY: "", EQ: "a=b", LD_PRELOAD: "/x.so" },
    });
});

Deno.test("childEnvironment() refuses bad names, unset variables and NUL, and never says a value", () => {
  for (
    const [entry, why] of [["", "no valid name"], ["=x", "no valid name"], [
      "A-B=1",
      "no valid name",
    ]]
  ) {
    expect(() => childEnvironment([entry!], read)).toThrow(why);
  }
  expect(() => childEnvironment(["BASH_FUNC_x%%=() { s3cret; }"], read)).toThrow("no valid name");
  expect(() => childEnvironment(["NOT_SET"], read)).toThrow("NOT_SET: it is not set");
  expect(() => childEnvironment(["MULTI"], read)).toThrow("MULTI: NUL in it");
  try {
    childEnvironment(["X=s3cret\0"], read);
    throw new Error("not refused");
  } catch (error) {
    expect(error).toBeInstanceOf(TypeError);
    expect((error as Error).message).not.toContain("s3cret");
  }
});

Deno.test("childEnvironment() keeps names that objects know", () => {
  expect(Object.entries(childEnvironment(["__proto__=x", "constructor=y"], () => undefined)))
    .toEqual([["__proto__", "x"], ["constructor", "y"]]);
});
