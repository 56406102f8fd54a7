import { expect } from "expect";
import { watchPolicy } from "./policy_watch.ts";

/** A folder with a policy, watched by path. */
async function watched(
  prepare: (folder: string) => Promise<string>,
  test: (folder: string, change: (act: () => Promise<void>) => Promise<void>) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "mcpguard-watch-" });
  const path = await prepare(folder);
  let heard = Promise.withResolvers<void>();
  const watcher = watchPolicy(path, () => heard.resolve());
  try {
    // The first look is told in any case.
    await heard.promise;
    await test(folder, async (act) => {
      heard = Promise.withResolvers();
      await act();
      await heard.promise;
    });
  } finally {
    watcher.close();
    await Deno.remove(folder, { recursive: true });
  }
}

const plain = async (folder: string): Promise<string> => {
  await Deno.writeTextFile(`${folder}/policy.yaml`, "version: 1\n");
  return `${folder}/policy.yaml`;
};

Deno.test("watchPolicy() notices writes in place, renames, rights, and a file that is away and back", async () => {
  await watched(plain, async (folder, change) => {
    const path = `${folder}/policy.yaml`;
    await change(() => Deno.writeTextFile(path, "version: 1\n# a\n"));
    // The same size again: the text alone differs.
    await change(() => Deno.writeTextFile(path, "version: 1\n# b\n"));
    await change(async () => {
      await Deno.writeTextFile(`${folder}/new`, "version: 1\n# c\n");
      await Deno.rename(`${folder}/new`, path);
    });
    await change(() => Deno.chmod(path, 0o600));
    await change(() => Deno.remove(path));
    // A pipe that nobody writes to holds up whoever opens it.
    await change(async () => {
      await new Deno.Command("mkfifo", { args: [path] }).output();
    });
    await change(() => Deno.remove(path));
    await change(() => Deno.writeTextFile(path, "version: 1\n"));
  });
});

Deno.test("watchPolicy() follows links: a file's, and that of Kubernetes' ..data", async () => {
  const prepare = async (folder: string): Promise<string> => {
    await Deno.mkdir(`${folder}/..v1`);
    await Deno.writeTextFile(`${folder}/..v1/policy.yaml`, "version: 1\n");
    await Deno.symlink("..v1", `${folder}/..data`);
    await Deno.symlink("..data/policy.yaml", `${folder}/policy.yaml`);
    return `${folder}/policy.yaml`;
  };
  await watched(prepare, async (folder, change) => {
    for (const version of ["..v2", "..v3"]) {
      await Deno.mkdir(`${folder}/${version}`);
      await Deno.writeTextFile(`${folder}/${version}/policy.yaml`, `version: 1\n# ${version}\n`);
      await change(async () => {
        await Deno.symlink(version, `${folder}/..data_tmp`);
        await Deno.rename(`${folder}/..data_tmp`, `${folder}/..data`);
      });
    }
    await change(() => Deno.writeTextFile(`${folder}/..v3/policy.yaml`, "version: 1\n# edited\n"));
  });
});

Deno.test("watchPolicy() finds a folder that was replaced as a whole", async () => {
  const prepare = async (folder: string): Promise<string> => {
    await Deno.mkdir(`${folder}/conf`);
    return await plain(`${folder}/conf`);
  };
  await watched(prepare, async (folder, change) => {
    await change(() => Deno.remove(`${folder}/conf`, { recursive: true }));
    await change(async () => {
      await Deno.mkdir(`${folder}/conf`);
      await plain(`${folder}/conf`);
    });
  });
});

Deno.test("watchPolicy() is silent for what happens to other files", async () => {
  await watched(plain, async (folder, change) => {
    let calls = 0;
    const other = watchPolicy(`${folder}/policy.yaml`, () => calls++);
    try {
      for (let i = 0; i < 50; i++) await Deno.writeTextFile(`${folder}/audit.jsonl`, `${i}\n`);
      await change(() => Deno.writeTextFile(`${folder}/policy.yaml`, "version: 1\n# a\n"));
      expect(calls).toBeLessThanOrEqual(2);
    } finally {
      other.close();
    }
  });
});
