// The header of the one-file distribution against everything that may be wrong around it. In deno's place
// stands `echo`, which says how it was called and weighs little.

import { expect } from "expect";
import { buildDist, inPlace, namesIn, type Place, runDist } from "../kit/dist.ts";
import { programFlags } from "../tools/flags.ts";
import { fillHeader } from "../tools/dist.ts";

/** What the program was told, when it was started from the folder in the cache. */
function fromCache(place: Place, ...args: string[]): object {
  return {
    code: 0,
    stderr: "",
    stdout: calledWith(`${place.cache}/${hashOf(place)}/mcpguard.js`, args),
  };
}

/** What the program was told, when it was unpacked for one run. */
function once(...args: string[]): object {
  return { code: 0, stderr: "", stdout: calledWith("/proc/self/fd/9", args) };
}

function calledWith(bundle: string, args: readonly string[]): string {
  const fixed = [
    "run",
    "--quiet",
    "--ext=js",
    "--no-config",
    "--no-lock",
    "--no-npm",
    "--no-remote",
  ];
  return [...fixed, ...programFlags, bundle, ...args].join(" ") + "\n";
}

function hashOf(place: Place): string {
  const [hash, ...rest] = namesIn(place.cache);
  expect([hash, rest]).toEqual([expect.stringMatching(/^[0-9a-f]{64}$/), []]);
  return hash!;
}

Deno.test("the header of the one-file distribution", async (t) => {
  const build = await Deno.makeTempDir({ prefix: "mcpguard-build-" });
  const built = await buildDist(build, ["--deno", "/bin/echo"]);

  await t.step(
    "passes exactly the program's permissions, and arguments as they are",
    () =>
      inPlace(built, async (place) => {
        const args = ["check", "--prompt", 'a  b $HOME `x` "y" *'];
        const env = { HOME: place.home };
        const exit = await runDist(place, args, env);
        expect(exit).toMatchObject(fromCache(place, ...args));
        expect(exit.stdout).not.toMatch(/--allow-run(?!=\/bin\/sh )/);
        expect(exit.stdout).not.toContain("--allow-all");
        // The second run starts from what is there.
        expect(await runDist(place, args, env)).toMatchObject(fromCache(place, ...args));
      }),
  );

  await t.step("prefers XDG_CACHE_HOME to HOME", () =>
    inPlace(built, async (place) => {
      const env = { HOME: place.home, XDG_CACHE_HOME: place.tmp };
      expect((await runDist(place, [], env)).stdout).toContain(`${place.tmp}/mcpguard/`);
      expect(namesIn(place.home)).toEqual([]);
    }));

  await t.step(
    "runs once and leaves nothing where no home can be used",
    () =>
      inPlace(built, async (place) => {
        for (const home of ["", "/proc/none", "/dev/null", `${place.folder}/policy.yaml/below`]) {
          const env = { TMPDIR: place.tmp, HOME: home };
          expect([home, await runDist(place, ["x"], env)]).toMatchObject([home, once("x")]);
          expect(namesIn(place.tmp)).toEqual([]);
        }
        expect(await runDist(place, ["x"], {})).toMatchObject(once("x"));
      }),
  );

  await t.step(
    "says so where nothing can be written at all",
    () =>
      inPlace(built, async (place) => {
        const exit = await runDist(place, [], { TMPDIR: "/proc/none", HOME: "/proc/none" });
        expect(exit).toMatchObject({ code: 70, stdout: "" });
        expect(exit.stderr).toContain("set XDG_CACHE_HOME or TMPDIR");
      }),
  );

  await t.step(
    "does not start what others could have put into the cache",
    () =>
      inPlace(built, async (place) => {
        const env = { HOME: place.home, TMPDIR: place.tmp };
        const { stdout } = await runDist(place, [], env);
        const unpacked = `${place.cache}/${hashOf(place)}`;
        for (const open of [unpacked, place.cache]) {
          await Deno.chmod(open, 0o770);
          expect([open, await runDist(place, [], env)]).toMatchObject([open, once()]);
          await Deno.chmod(open, 0o700);
        }
        await Deno.chmod(`${place.home}/.cache`, 0o777);
        expect(await runDist(place, [], env)).toMatchObject(once());
        // A sticky folder as /tmp is: nobody else can put another in place of ours.
        await Deno.chmod(`${place.home}/.cache`, 0o1777);
        expect((await runDist(place, [], env)).stdout).toBe(stdout);
        await Deno.chmod(`${place.home}/.cache`, 0o700);
        await Deno.rename(place.cache, `${place.folder}/elsewhere`);
        await Deno.symlink(`${place.folder}/elsewhere`, place.cache);
        expect(await runDist(place, [], env)).toMatchObject(once());
      }),
  );

  await t.step("does not start from a folder of another user", async () => {
    if (Deno.uid() !== 0) {
      console.log("skip: only root can give a folder away");
      return;
    }
    await inPlace(built, async (place) => {
      const env = { HOME: place.home, TMPDIR: place.tmp };
      await runDist(place, [], env);
      await Deno.chown(`${place.cache}/${hashOf(place)}`, 65534, 65534);
      expect(await runDist(place, [], env)).toMatchObject(once());
    });
  });

  await t.step(
    "refuses to run when a bit of the content has changed",
    () =>
      inPlace(built, async (place) => {
        const bytes = await Deno.readFile(place.file);
        bytes[bytes.length - 1000]! ^= 1;
        await Deno.writeFile(place.file, bytes);
        const exit = await runDist(place, [], { HOME: place.home });
        expect(exit).toMatchObject({ code: 70, stdout: "" });
        expect(exit.stderr).toContain("is damaged");
        expect(namesIn(place.home)).toEqual([]);
      }),
  );

  await t.step("refuses to run when the end is missing", () =>
    inPlace(built, async (place) => {
      await Deno.truncate(place.file, (await Deno.stat(place.file)).size - 10_000);
      const exit = await runDist(place, [], { TMPDIR: place.tmp });
      expect(exit).toMatchObject({ code: 70, stdout: "" });
      expect(namesIn(place.tmp)).toEqual([]);
    }));

  await t.step(
    "unpacks once when it is started many times at once",
    () =>
      inPlace(built, async (place) => {
        const env = { HOME: place.home, TMPDIR: place.tmp };
        const exits = await Promise.all(Array.from({ length: 12 }, () => runDist(place, [], env)));
        for (const exit of exits) expect(exit).toMatchObject(fromCache(place));
        expect(namesIn(`${place.cache}/${hashOf(place)}`)).toEqual(["deno", "mcpguard.js"]);
        expect(namesIn(place.tmp)).toEqual([]);
      }),
  );

  await Deno.remove(build, { recursive: true });
});

Deno.test("fillHeader() refuses a placeholder that nothing fills", () => {
  expect(fillHeader("a @X@\n@LINES@\n", { X: "1" })).toBe("a 1\n3\n");
  expect(() => fillHeader("@Y@", { X: "1" })).toThrow("@Y@");
});
