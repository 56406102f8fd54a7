// `task compile`: what goes into the executable, with which permissions and at what size. The runtime it
// is glued to cannot be had everywhere, so here it is /bin/true, which does not change what is glued.

import { expect } from "expect";
import { ROOT } from "../kit/program.ts";
import { type Exit, runToEnd } from "../kit/process.ts";

function compile(args: readonly string[], env: Record<string, string>): Promise<Exit> {
  const script = ["run", "--quiet", "-P=build", "tests/tools/compile.ts"];
  return runToEnd([Deno.execPath(), ...script, ...args], { cwd: ROOT, env });
}

async function inTempDir(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "mcpguard-compile-" });
  try {
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("compile embeds the bundle alone, with exact permissions", () =>
  inTempDir(async (folder) => {
    const out = `${folder}/mcpguard-compiled`;
    const { code, stderr } = await compile(["--out", out], { DENORT_BIN: "/bin/true" });
    expect([code, stderr]).toEqual([0, expect.stringContaining("Embedded Files")]);
    const tree = stderr.split("\n").filter((line) => /[├└]/.test(line));
    expect(tree).toEqual([expect.stringMatching(/^└── mcpguard\.js \(/)]);

    const file = await Deno.readFile(out);
    const extra = file.length - (await Deno.stat("/bin/true")).size;
    expect(extra).toBeGreaterThan(100_000);
    expect(extra).toBeLessThan(2_500_000);

    const text = new TextDecoder("latin1").decode(file);
    const found = /"permissions":(\{[^}]*\})/.exec(text);
    const permissions = JSON.parse(found![1]!);
    const granted = Object.keys(permissions).filter((k) =>
      k.startsWith("allow_") && permissions[k] !== null && k !== "allow_import"
    );
    expect(granted.sort()).toEqual([
      ...["allow_env", "allow_net", "allow_read", "allow_run", "allow_write"],
    ]);
    expect(permissions).toMatchObject({ allow_run: ["/bin/sh"], deny_import: [], prompt: false });
    // Nothing of the machine that built it.
    expect(text.includes(ROOT)).toBe(false);
  }));

Deno.test("compile says plainly that the runtime cannot be downloaded, and fails", () =>
  inTempDir(async (folder) => {
    const bundle = `${folder}/mcpguard.js`;
    await Deno.writeTextFile(bundle, "console.log(1);\n");
    const out = `${folder}/mcpguard-compiled`;
    // A cache without the runtime and a proxy that is not there: no download, wherever this runs.
    const { code, stderr } = await compile(["--bundle", bundle, "--out", out], {
      DENO_DIR: `${folder}/cache`,
      HTTPS_PROXY: "http://127.0.0.1:1",
    });
    expect(code).not.toBe(0);
    expect(stderr).toContain("Nothing was compiled: deno could not download its runtime");
    await expect(Deno.stat(out)).rejects.toThrow(Deno.errors.NotFound);
  }));

Deno.test("compile refuses deno itself as the runtime", () =>
  inTempDir(async (folder) => {
    const out = `${folder}/mcpguard-compiled`;
    const { code, stderr } = await compile(["--out", out], { DENORT_BIN: Deno.execPath() });
    expect([code, stderr]).toEqual([1, expect.stringContaining("DENORT_BIN names deno itself")]);
    await expect(Deno.stat(out)).rejects.toThrow(Deno.errors.NotFound);
  }));
