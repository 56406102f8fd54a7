// Reads a corpus: JSON lines, plain or gzip, one row a line.

/** What a row may be of. */
const CLASSES = ["attack", "benign", "secret", "pii"] as const;

/** One labelled text. */
export interface Row {
  readonly id: string;
  readonly source: string;
  readonly class: (typeof CLASSES)[number];
  readonly kind: string;
  readonly lang: string;
  readonly text: string;
  readonly label_detail?: string | null;
}

/**
 * Reads every `*.jsonl` and `*.jsonl.gz` of a folder, in order of their names.
 *
 * @param folder Path of the folder.
 * @returns The rows.
 * @throws {Error} The folder has no such file, or a line is no row.
 */
export async function readRows(folder: string): Promise<Row[]> {
  const names: string[] = [];
  for await (const entry of Deno.readDir(folder)) {
    if (entry.isFile && /\.jsonl(?:\.gz)?$/.test(entry.name)) names.push(entry.name);
  }
  if (names.length === 0) throw new Error(`no *.jsonl or *.jsonl.gz in "${folder}"`);
  const rows: Row[] = [];
  for (const name of names.sort()) {
    const file = await Deno.open(`${folder}/${name}`);
    const stream = name.endsWith(".gz")
      ? file.readable.pipeThrough(new DecompressionStream("gzip"))
      : file.readable;
    const text = await new Response(stream).text();
    text.split("\n").forEach((line, i) => {
      if (line.trim() === "") return;
      rows.push(rowOf(line, `${name}:${i + 1}`));
    });
  }
  return rows;
}

/** Reads one line; a class that nobody counts would be left out of every table in silence. */
function rowOf(line: string, where: string): Row {
  let row: Partial<Row> | null;
  try {
    row = JSON.parse(line);
  } catch {
    throw new Error(`${where}: no JSON`);
  }
  const texts = [row?.id, row?.source, row?.class, row?.kind, row?.lang, row?.text];
  if (!texts.every((text) => typeof text === "string")) {
    throw new Error(`${where}: no row: it needs texts id, source, class, kind, lang and text`);
  }
  if (!CLASSES.some((one) => one === row!.class)) {
    throw new Error(`${where}: no row: class must be one of ${CLASSES.join(", ")}`);
  }
  return row as Row;
}

/**
 * Reads a folder for a program: what is wrong with it is said in one line, and the program ends with 2.
 *
 * @param folder Path of the folder.
 * @returns The rows.
 */
export async function readRowsOrExit(folder: string): Promise<Row[]> {
  try {
    return await readRows(folder);
  } catch (error) {
    console.error(`cannot read "${folder}": ${error instanceof Error ? error.message : error}`);
    Deno.exit(2);
  }
}
