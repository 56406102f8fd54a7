import { expect } from "expect";
import { withoutComments } from "./client_config.ts";

Deno.test("withoutComments() takes comments and last commas away, and nothing else", () => {
  const read = (text: string): unknown => JSON.parse(withoutComments(text));
  expect(read('{"a": [1, 2, /* , */ ] , // ,]\n "b": ",]", }')).toEqual({ a: [1, 2], b: ",]" });
  for (const wrong of ["[1,,]", "[1],", "[1 2]", "[tru e]", "[,1]", '{"a":1,}}']) {
    expect(() => read(wrong)).toThrow(SyntaxError);
  }
  // A file of a megabyte costs a megabyte, not one for each of its brackets: that would take minutes.
  const deep = "[\n1, ]".repeat(150_000);
  expect(withoutComments(deep)).toBe("[\n1 ]".repeat(150_000));
});
