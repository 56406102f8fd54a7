import { expect } from "expect";
import { FileTarget, type LogFile, type LogFs, realFs } from "./file.ts";
import { LineWriter } from "./writer.ts";
import { type ManualTime, manualTime, osError, parseLines } from "./testing.ts";
import { DependencyFailed } from "../errors.ts";

interface Rig {
  dir: string;
  path: string;
  time: ManualTime;
  reports: string[];
  open(fs?: LogFs): LineWriter;
}

async function withRig(rotateBytes: number, test: (rig: Rig) => Promise<void>): Promise<void> {
  const dir = Deno.makeTempDirSync({ prefix: "mcpguard-audit-" });
  const path = `${dir}/audit.jsonl`;
  const time = manualTime();
  const reports: string[] = [];
  const report = (message: string): void => void reports.push(message);
  const open = (fs: LogFs = realFs): LineWriter =>
    new LineWriter(new FileTarget({ path, rotateBytes, clock: time, report, fs }), {
      setTimer: time.setTimer,
    });
  try {
    await test({ dir, path, time, reports, open });
  } finally {
    Deno.removeSync(dir, { recursive: true });
  }
}

function line(n: number): string {
  return `{"n":${n}}\n`;
}

/** Every number in the files of a directory, each file checked line by line. */
function numbersIn(dir: string): number[] {
  return [...Deno.readDirSync(dir)].flatMap((entry) =>
    parseLines(Deno.readTextFileSync(`${dir}/${entry.name}`)).map((value) => value.n)
  ).sort((a, b) => a - b);
}

const MEGABYTE = 1024 * 1024;

Deno.test("FileTarget appends, and creates with mode 0600", async () => {
  await withRig(MEGABYTE, async ({ path, open }) => {
    for (const n of [1, 2]) {
      const writer = open();
      await writer.write(line(n));
      await writer.close();
    }
    expect(Deno.readTextFileSync(path)).toBe(line(1) + line(2));
    if (Deno.build.os !== "windows") expect(Deno.statSync(path).mode! & 0o777).toBe(0o600);
  });
});

Deno.test("FileTarget tells at the start that a file cannot be opened", () => {
  const time = manualTime();
  const attempt = (path: string): unknown => {
    try {
      new FileTarget({ path, rotateBytes: 1, clock: time }).close();
      return "opened";
    } catch (error) {
      return error instanceof DependencyFailed ? error.message : error;
    }
  };
  const dir = Deno.makeTempDirSync();
  try {
    expect(attempt(`${dir}/missing/audit.jsonl`)).toBe(
      `Cannot open the audit file "${dir}/missing/audit.jsonl": its directory does not exist`,
    );
    expect(attempt(dir)).toMatch(/^Cannot open the audit file .*: EISDIR$/);
  } finally {
    Deno.removeSync(dir, { recursive: true });
  }
});

Deno.test("FileTarget ends a line that a killed process left half written (AUD-005)", async () => {
  await withRig(MEGABYTE, async ({ path, open }) => {
    Deno.writeTextFileSync(path, line(1) + '{"n":');
    const writer = open();
    await writer.write(line(2));
    await writer.write(line(3));
    await writer.close();
    expect(Deno.readTextFileSync(path)).toBe(line(1) + '{"n":\n' + line(2) + line(3));
  });
});

Deno.test("FileTarget rotates under load: 10,000 records, each exactly once, every line whole", async () => {
  // Room for all of them: 120 kB in four files.
  await withRig(32_000, async ({ dir, path, open, reports }) => {
    const writer = open();
    const writes: Promise<void>[] = [];
    for (let n = 0; n < 10_000; n++) {
      writes.push(writer.write(line(n)));
      // Turns of different sizes, so that batches meet the end of a file in every way.
      if (n % 7 === 0 || n % 1000 < 100) await writes[n];
    }
    await Promise.all(writes);
    await writer.close();
    expect(numbersIn(dir)).toEqual(Array.from({ length: 10_000 }, (_, n) => n));
    expect([...Deno.readDirSync(dir)].map((e) => e.name).sort()).toEqual([
      "audit.jsonl",
      "audit.jsonl.1",
      "audit.jsonl.2",
      "audit.jsonl.3",
    ]);
    for (const i of [1, 2, 3]) {
      const { size } = Deno.statSync(`${path}.${i}`);
      expect(size <= 32_000 && size > 31_900).toBe(true);
    }
    // In order: the oldest are in .3.
    expect(parseLines(Deno.readTextFileSync(`${path}.3`))[0].n).toBe(0);
    expect(reports).toEqual([]);
  });
});

Deno.test("FileTarget keeps three old files and drops the oldest", async () => {
  await withRig(10, async ({ path, open }) => {
    const writer = open();
    for (let n = 0; n < 6; n++) await writer.write(line(n));
    await writer.close();
    const contents = [path, `${path}.1`, `${path}.2`, `${path}.3`].map((p) =>
      Deno.readTextFileSync(p)
    );
    expect(contents).toEqual([line(5), line(4), line(3), line(2)]);
    expect([...Deno.readDirSync(path.replace(/\/[^/]*$/, ""))]).toHaveLength(4);
  });
});

Deno.test("FileTarget takes a line that is longer than a file", async () => {
  await withRig(10, async ({ path, open }) => {
    const writer = open();
    const long = `{"n":"${"x".repeat(100)}"}\n`;
    await writer.write(long);
    await writer.write(line(1));
    await writer.close();
    expect(Deno.readTextFileSync(`${path}.1`)).toBe(long);
    expect(Deno.readTextFileSync(path)).toBe(line(1));
  });
});

Deno.test("FileTarget follows a file that logrotate moved, deleted or truncated (AUD-007)", async () => {
  await withRig(MEGABYTE, async ({ dir, path, time, open }) => {
    const writer = open();
    await writer.write(line(1));
    Deno.renameSync(path, `${path}.old`);
    time.advance(10);
    await writer.write(line(2));
    expect(Deno.readTextFileSync(path)).toBe(line(2));

    Deno.removeSync(path);
    time.advance(10);
    await writer.write(line(3));
    expect(Deno.readTextFileSync(path)).toBe(line(3));

    Deno.copyFileSync(path, `${path}.copy`);
    Deno.truncateSync(path, 0);
    time.advance(10);
    await writer.write(line(4));
    await writer.close();
    expect(Deno.readTextFileSync(path)).toBe(line(4));
    expect(numbersIn(dir)).toEqual([1, 3, 4]);
  });
});

Deno.test("FileTarget keeps nothing in a deleted directory, and recovers when it is back (AUD-003)", async () => {
  await withRig(MEGABYTE, async ({ dir, path, time, open }) => {
    const writer = open();
    await writer.write(line(1));
    Deno.removeSync(dir, { recursive: true });
    time.advance(10);
    await expect(writer.write(line(2))).rejects.toThrow(DependencyFailed);
    await expect(writer.write(line(3))).rejects.toThrow(/audit file .*does not exist/);
    Deno.mkdirSync(dir);
    await writer.write(line(4));
    await writer.close();
    expect(Deno.readTextFileSync(path)).toBe(line(4));
  });
});

Deno.test("FileTarget writes the old file on when rotation fails, and moves no old file out (a fake rename)", async () => {
  await withRig(16, async ({ dir, path, time, reports, open }) => {
    let broken = true;
    const fs: LogFs = {
      ...realFs,
      rename(from, to): void {
        if (broken && from === path) throw osError("EACCES");
        realFs.rename(from, to);
      },
    };
    for (const [i, n] of [[1, 101], [2, 102], [3, 103]]) {
      Deno.writeTextFileSync(`${path}.${i}`, line(n!));
    }
    const writer = open(fs);
    for (let n = 0; n < 10; n++) {
      await writer.write(line(n));
      time.advance(1000);
    }
    expect(Deno.readTextFileSync(path)).toBe(
      Array.from({ length: 10 }, (_, n) => line(n)).join(""),
    );
    // Only .3 had to make way.
    expect(numbersIn(dir)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 101, 102]);
    expect(reports.length).toBeGreaterThan(0);
    expect(reports[0]).toBe(
      "The audit file could not be rotated, the old one is written on: EACCES",
    );
    broken = false;
    await writer.write(line(10));
    await writer.close();
    expect(Deno.readTextFileSync(path)).toBe(line(10));
    expect(numbersIn(dir)).toHaveLength(13);
  });
});

Deno.test("FileTarget tries a failed rotation once a second, not with every record (a fake rename)", async () => {
  await withRig(16, async ({ time, reports, open }) => {
    const fs: LogFs = {
      ...realFs,
      rename(): void {
        throw osError("EACCES");
      },
    };
    const writer = open(fs);
    for (let n = 0; n < 50; n++) await writer.write(line(n));
    expect(reports).toHaveLength(1);
    time.advance(1000);
    await writer.write(line(50));
    expect(reports).toHaveLength(2);
    await writer.close();
  });
});

Deno.test("FileTarget writes a moved file on when no new one can be made (a fake open)", async () => {
  await withRig(16, async ({ dir, path, time, reports, open }) => {
    let broken = false;
    const fs: LogFs = {
      ...realFs,
      open(p): ReturnType<LogFs["open"]> {
        if (broken) throw osError("EMFILE");
        return realFs.open(p);
      },
    };
    const writer = open(fs);
    await writer.write(line(0));
    await writer.write(line(1));
    broken = true;
    for (let n = 2; n < 6; n++) {
      await writer.write(line(n));
      time.advance(1000);
    }
    expect(reports[0]).toMatch(/EMFILE/);
    broken = false;
    await writer.write(line(6));
    await writer.close();
    expect(numbersIn(dir)).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(Deno.readTextFileSync(path)).toBe(line(6));
  });
});

Deno.test("FileTarget lets two writers share a file and rotate it", async () => {
  await withRig(2000, async ({ dir, time, open }) => {
    const writers = [open(), open()];
    for (let n = 0; n < 600; n++) {
      await writers[n % 3 === 0 ? 0 : 1]!.write(line(n));
      time.advance(n % 13);
    }
    await Promise.all(writers.map((w) => w.close()));
    expect(numbersIn(dir)).toEqual(Array.from({ length: 600 }, (_, n) => n));
  });
});

Deno.test("FileTarget goes on with the new file of another writer instead of rotating it away", async () => {
  await withRig(16, async ({ path, time, open }) => {
    const [mine, other] = [open(), open()];
    await mine.write(line(0));
    time.advance(10);
    await mine.write(line(1));
    // The other one finds the file full and rotates it; mine has looked just before.
    await other.write(line(2));
    await mine.write(line(3));
    expect(Deno.readTextFileSync(path)).toBe(line(2) + line(3));
    expect(Deno.readTextFileSync(`${path}.1`)).toBe(line(0) + line(1));
    expect(realFs.stat(`${path}.2`)).toBe(null);
    await Promise.all([mine.close(), other.close()]);
  });
});

Deno.test("FileTarget holds the lock of the old file while it moves files", async () => {
  await withRig(16, async ({ path, open }) => {
    const steps: string[] = [];
    const name = (p: string): string => p.slice(path.length) || "log";
    const fs: LogFs = {
      stat: realFs.stat,
      open(p): ReturnType<LogFs["open"]> {
        steps.push("open");
        const { file, ...rest } = realFs.open(p);
        const spied: LogFile = {
          write: (bytes) => file.write(bytes),
          writeSync: (bytes) => file.writeSync(bytes),
          statSync: () => file.statSync(),
          lockSync: (exclusive) => {
            steps.push(`lock ${exclusive}`);
            file.lockSync(exclusive);
          },
          unlockSync: () => file.unlockSync(),
          close: () => {
            steps.push("close");
            file.close();
          },
        };
        return { file: spied, ...rest };
      },
      rename(from, to): void {
        steps.push(`${name(from)} to ${name(to)}`);
        realFs.rename(from, to);
      },
    };
    const writer = open(fs);
    for (let n = 0; n < 5; n++) await writer.write(line(n));
    await writer.close();
    expect(steps).toEqual([
      "open",
      ...["lock true", "log to .1", "open", "close"],
      ...["lock true", ".1 to .2", "log to .1", "open", "close"],
      "close",
    ]);
  });
});
