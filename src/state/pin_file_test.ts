import { expect } from "expect";
import { JsonObject, type JsonValue, parseJson } from "../wire/mod.ts";
import { PinFile } from "./pin_file.ts";
import { differences, digestOf, readLock, writeLock } from "./pin_lock.ts";

const json = (text: string): JsonValue => parseJson(text, {});
const TOOL =
  '{"name":"a","description":"x","inputSchema":{"properties":{"p":{"type":"string"}}},"n":1.0}';

function open(path: string, firstUse = true, clock = { now: 0 }): PinFile {
  return new PinFile({ path, firstUse, now: () => clock.now });
}

Deno.test("PinFile keeps what it saw first, over restarts", async () => {
  const dir = await Deno.makeTempDir();
  try {
    const path = `${dir}/mcpguard.lock`;
    const first = open(path);
    expect(first.check("tool", "a", json(TOOL)).verdict).toBe("pinned");
    expect(first.check("tool", "a", json(TOOL)).verdict).toBe("same");
    first.close();
    const second = open(path);
    // Spelling and order of members are no change; anything else is.
    expect(second.check("tool", "a", json(TOOL.replace("1.0", "1"))).verdict).toBe("same");
    expect(second.check("tool", "a", json(TOOL.replace('"string"', '"number"')))).toEqual({
      verdict: "changed",
      changed: ["inputSchema.properties.p.type"],
    });
    expect([second.usable("tool", "a"), second.usable("tool", "b")]).toEqual([
      "changed",
      "unknown",
    ]);
    expect(second.digest("tool", "a")).toBe(digestOf(json(TOOL)));
    expect(open(path, false).check("tool", "new", json(TOOL)).verdict).toBe("unknown");
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("PinFile takes over what `mcpguard pin` writes, and keeps its pins where that is damaged", async () => {
  const dir = await Deno.makeTempDir();
  try {
    const path = `${dir}/mcpguard.lock`;
    const clock = { now: 0 };
    const said: string[] = [];
    const file = new PinFile({
      path,
      firstUse: true,
      now: () => clock.now,
      report: (m) => said.push(m),
    });
    file.check("tool", "a", json(TOOL));
    const changed = json(TOOL.replace('"x"', '"y"'));
    file.check("tool", "a", changed);
    file.close();
    expect(file.usable("tool", "a")).toBe("changed");
    const pins = readLock(await Deno.readTextFile(path), path);
    pins.tool.set("a", { digest: digestOf(changed), definition: changed });
    await Deno.writeTextFile(path, writeLock(pins));
    clock.now += 2000;
    expect(file.usable("tool", "a")).toBe("yes");
    await Deno.writeTextFile(path, "{");
    clock.now += 2000;
    expect(file.usable("tool", "a")).toBe("yes");
    expect(said).toHaveLength(1);
    expect(() => open(path)).toThrow("is not valid JSON");
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("PinFile shares its file: no pin is lost, and what was seen to differ stays refused", async () => {
  const dir = await Deno.makeTempDir();
  try {
    const path = `${dir}/mcpguard.lock`;
    const named = (name: string): JsonValue => json(TOOL.replace('"a"', `"${name}"`));
    const begun = open(path);
    begun.check("tool", "a", named("a"));
    begun.close();
    // Both have read the file before either has written.
    const [clock, other] = [{ now: 0 }, { now: 0 }];
    const [one, two] = [open(path, true, clock), open(path, true, other)];
    expect(one.check("tool", "a", json(TOOL.replace('"x"', '"y"'))).verdict).toBe("changed");
    one.check("tool", "b", named("b"));
    two.check("tool", "c", named("c"));
    one.close();
    two.close();
    clock.now += 2000;
    expect(["a", "b", "c"].map((name) => one.usable("tool", name))).toEqual([
      ...["changed", "yes", "yes"],
    ]);
    expect([...readLock(await Deno.readTextFile(path), path).tool.keys()]).toEqual(["a", "b", "c"]);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("of two guards that pin one name at the same time, one was first for both", async () => {
  const dir = await Deno.makeTempDir();
  try {
    const path = `${dir}/mcpguard.lock`;
    const [one, other] = [open(path), open(path)];
    const changed = TOOL.replace('"x"', '"y"');
    expect(one.check("tool", "a", json(TOOL)).verdict).toBe("pinned");
    expect(other.check("tool", "a", json(changed)).verdict).toBe("pinned");
    one.close();
    other.close();
    expect([one.usable("tool", "a"), other.usable("tool", "a")]).toEqual(["yes", "changed"]);
    expect(open(path).digest("tool", "a")).toBe(digestOf(json(TOOL)));
    // What differs from a pin that is not written yet stays refused when another guard has written meanwhile.
    one.check("tool", "b", json(TOOL));
    one.check("tool", "b", json(changed));
    other.check("tool", "c", json(TOOL));
    other.close();
    one.close();
    expect([one.usable("tool", "b"), one.usable("tool", "c")]).toEqual(["changed", "yes"]);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("guards in processes of their own lose none of each other's pins", async () => {
  const dir = await Deno.makeTempDir();
  try {
    const path = `${dir}/mcpguard.lock`;
    const program = `
      import { PinFile } from ${JSON.stringify(import.meta.resolve("./pin_file.ts"))};
      const file = new PinFile({ path: Deno.args[0], firstUse: true, now: () => 0 });
      for (let i = 0; i < 40; i++) {
        file.check("tool", Deno.args[1] + i, true);
        file.close();
      }`;
    const names = ["a", "b", "c", "d"];
    const ended = await Promise.all(names.map((name) =>
      new Deno.Command(Deno.execPath(), {
        args: ["eval", "--no-check", "--quiet", program, "--", path, name],
      }).output()
    ));
    expect(ended.map(({ code }) => code)).toEqual([0, 0, 0, 0]);
    const { tool } = readLock(await Deno.readTextFile(path), path);
    const kept = names.map((name) => [...tool.keys()].filter((key) => key.startsWith(name)).length);
    expect(kept).toEqual([40, 40, 40, 40]);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("readLock() refuses a definition that was changed by hand", () => {
  const text = writeLock({
    tool: new Map([["a", { digest: digestOf(json(TOOL)), definition: json(TOOL) }]]),
    ...{ prompt: new Map(), template: new Map(), instructions: new Map() },
  });
  expect([...readLock(text, "f").tool.keys()]).toEqual(["a"]);
  expect(() => readLock(text.replace('"x"', '"y"'), "f")).toThrow("was changed");
  expect(() => readLock("[]", "f")).toThrow("is no mcpguard lock file");
});

Deno.test("differences() names members that came, went and changed", () => {
  const found = differences(
    json('{"a":1,"b":{"c":[1]},"d":2}'),
    json('{"a":1.0,"b":{"c":[2],"e":0}}'),
  );
  expect(found.map((d) => d.path)).toEqual(["b.c", "b.e", "d"]);
});

Deno.test("PinFile reads the file again before it writes, however much it looks the same", async () => {
  const dir = await Deno.makeTempDir();
  try {
    const path = `${dir}/mcpguard.lock`;
    const one = open(path);
    one.check("tool", "a", json(TOOL));
    one.close();
    const { mtime, size } = Deno.statSync(path);
    // Another process writes pins of the same size within the file system's clock, into the same inode.
    const pins = readLock(Deno.readTextFileSync(path), path);
    const [pin] = pins.tool.values();
    pins.tool.delete("a");
    pins.tool.set("b", pin!);
    Deno.writeTextFileSync(path, writeLock(pins));
    Deno.utimeSync(path, mtime!, mtime!);
    expect(Deno.statSync(path)).toMatchObject({ mtime, size });
    one.check("tool", "c", json(TOOL));
    one.close();
    expect([...readLock(Deno.readTextFileSync(path), path).tool.keys()]).toEqual(["b", "c"]);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("pins of first use never make a file that cannot be read again", async () => {
  const dir = await Deno.makeTempDir();
  try {
    const path = `${dir}/mcpguard.lock`;
    const file = open(path);
    // As deep as any policy lets a message be, and with as many members.
    const deep = json("[".repeat(60) + "]".repeat(60));
    let deeper: JsonValue = deep;
    for (let i = 0; i < 900; i++) deeper = [deeper];
    expect(file.check("tool", "deep", deeper).verdict).toBe("pinned");
    const wide = new JsonObject();
    for (let i = 0; i < 120_000; i++) wide.set(`k${i}`, null);
    expect(file.check("tool", "wide", wide).verdict).toBe("pinned");
    // What would fill the file is not pinned, so that it cannot be used.
    const large = "x".repeat(6 << 20);
    const verdicts = ["1", "2", "3"].map((name) => file.check("tool", name, large).verdict);
    expect(verdicts).toEqual(["pinned", "pinned", "unknown"]);
    expect(file.usable("tool", "3")).toBe("unknown");
    file.close();
    expect((await Deno.stat(path)).size).toBeLessThan(16 << 20);
    const again = open(path);
    expect(["deep", "wide", "1"].map((name) => again.usable("tool", name))).toEqual([
      ...["yes", "yes", "yes"],
    ]);
    expect(again.check("tool", "3", large).verdict).toBe("unknown");
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("PinFile waits for no pipe in its file's place, and once only for a lock that is kept", async () => {
  const dir = await Deno.makeTempDir();
  const { wait } = Atomics;
  let waits = 0;
  Atomics.wait = () => (waits++, "timed-out");
  try {
    const path = `${dir}/mcpguard.lock`;
    await new Deno.Command("mkfifo", { args: [path] }).output();
    expect(() => open(path)).toThrow("is no plain file");
    await Deno.remove(path);
    const clock = { now: 0 };
    const file = open(path, true, clock);
    using folder = await Deno.open(dir, { read: true });
    await folder.lock(true);
    const pinned = (name: string): number => {
      const before = waits;
      file.check("tool", name, json(TOOL));
      file.close();
      return waits - before;
    };
    expect([pinned("a"), pinned("b"), pinned("c")]).toEqual([100, 0, 0]);
    expect([...readLock(Deno.readTextFileSync(path), path).tool.keys()]).toEqual(["a", "b", "c"]);
    await folder.unlock();
    clock.now += 60_000;
    expect(pinned("d")).toBe(0);
    // A link that somebody put where the new file is made is not written through.
    const victim = `${dir}/victim`;
    await Deno.writeTextFile(victim, "kept");
    await Deno.symlink(victim, `${path}.${Deno.pid}.new`);
    pinned("e");
    expect(await Deno.readTextFile(victim)).toBe("kept");
    expect((await Deno.lstat(path)).isFile).toBe(true);
  } finally {
    Atomics.wait = wait;
    await Deno.remove(dir, { recursive: true });
  }
});
