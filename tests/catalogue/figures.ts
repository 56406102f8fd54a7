// What a running program tells of itself: figures of the admin listener, and its memory.

import type { Stage } from "./stage.ts";

/** A figure of the admin listener. */
export async function figure(stage: Stage, name: string): Promise<number> {
  const text = await metrics(stage);
  return Number(new RegExp(`^${name} (.*)$`, "m").exec(text)?.[1] ?? NaN);
}

/** All figures of the admin listener, as text. */
export async function metrics(stage: Stage): Promise<string> {
  return await (await fetch(`http://127.0.0.1:${stage.adminPort}/metrics`)).text();
}

/** Resident memory of the program, bytes. */
export async function resident(stage: Stage): Promise<number> {
  // The runtime keeps /proc for itself unless everything is allowed.
  const { stdout } = await new Deno.Command("ps", { args: ["-o", "rss=", "-p", `${stage.pid}`] })
    .output();
  return Number(new TextDecoder().decode(stdout)) * 1024;
}
