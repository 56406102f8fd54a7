// The one-file distribution as a stranger runs it: no Node, no Deno, hardly an environment.

import { expect } from "expect";
import { buildDist, inPlace, namesIn, runDist } from "../kit/dist.ts";
import { ROOT, startProgram } from "../kit/program.ts";
import { type RunningProcess, runToEnd } from "../kit/process.ts";

/** True when a program of this name is found by this PATH. */
async function found(program: string, path: string): Promise<boolean> {
  const shell = ["/bin/sh", "-c", `command -v ${program}`];
  return (await runToEnd(shell, { clearEnv: true, env: { PATH: path } })).code === 0;
}

Deno.test("the one-file distribution", async (t) => {
  const build = await Deno.makeTempDir({ prefix: "mcpguard-build-" });
  const built = await buildDist(build);
  const version = JSON.parse(await Deno.readTextFile(`${ROOT}deno.json`)).version;
  const says = { code: 0, stdout: `${version}\n`, stderr: "" };

  await t.step("is of a size that can be handed around", async () => {
    expect((await Deno.stat(built)).size).toBeLessThan(60_000_000);
  });

  await t.step(
    "runs where neither node nor deno is on the PATH, and decides",
    () =>
      inPlace(built, async (place) => {
        const env = { HOME: place.home, PATH: place.empty };
        expect(await found("deno", env.PATH)).toBe(false);
        expect(await found("node", env.PATH)).toBe(false);
        expect(await runDist(place, ["--version"], env)).toMatchObject(says);
        const check = ["check", "--policy", "policy.yaml", "--identity", "alice", "--tool"];
        expect(await runDist(place, [...check, "calculator.add"], env)).toMatchObject({ code: 0 });
        expect(await runDist(place, [...check, "admin.echo-env"], env)).toMatchObject({
          code: 1,
          stdout: expect.stringContaining("ToolDenied"),
        });
        // Unpacked once, closed to others, and nothing else anywhere in the home.
        const [hash, ...rest] = namesIn(place.cache);
        expect([hash, rest]).toEqual([expect.stringMatching(/^[0-9a-f]{64}$/), []]);
        expect((await Deno.stat(`${place.cache}/${hash}`)).mode! & 0o777).toBe(0o700);
        const names = namesIn(`${place.cache}/${hash}`);
        expect(names).toEqual(expect.arrayContaining(["deno", "mcpguard.js"]));
        expect(namesIn(place.home)).toEqual([".cache"]);
        expect(namesIn(`${place.home}/.cache`)).toEqual(["mcpguard"]);
      }),
  );

  await t.step(
    "runs without any environment, and leaves nothing behind",
    () =>
      inPlace(built, async (place) => {
        // TMPDIR only says where to look for leftovers.
        expect(await runDist(place, ["--version"], { TMPDIR: place.tmp })).toMatchObject(says);
        expect(namesIn(place.tmp)).toEqual([]);
        expect(await runDist(place, ["--version"], {})).toMatchObject(says);
        const env = { TMPDIR: place.tmp, HOME: "/dev/null" };
        expect(await runDist(place, ["--version"], env)).toMatchObject(says);
      }),
  );

  await t.step(
    "becomes the program itself, so that SIGTERM reaches it",
    () =>
      inPlace(built, async (place) => {
        const args = ["proxy", "--policy", "policy.yaml", "--target", "ws://127.0.0.1:9/ws"];
        const { process } = await startProgram([...args, "--port", "0", "--admin", "off"], {
          shape: [place.file],
          cwd: place.folder,
          clearEnv: true,
          env: { HOME: place.home, PATH: place.empty },
        });
        await using running: RunningProcess = process;
        const program = await runToEnd(["readlink", `/proc/${running.pid}/exe`]);
        expect(program.stdout.startsWith(`${place.cache}/`)).toBe(true);
        expect(await running.stop("SIGTERM")).toMatchObject({ code: 0, signal: null });
      }),
  );

  await Deno.remove(build, { recursive: true });
});
