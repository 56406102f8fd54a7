// Which signs say something, and before or behind which others: most are passed over.

/** What may follow a sign, bit by bit: most signs say nothing but before some others. */
export const FOLLOWS = new Uint8Array(1 << 16).fill(0x80);
/** Which of them must follow a sign so that it says something. */
export const SIGNS = new Uint8Array(1 << 16);
for (
  const [bit, signs, followers] of [
    [0x80, "\n`\u201c\u201d\u3002\uff01\uff1f", ""],
    [1, ".!?", " \n"],
    [2, "=-+*#<>/", "=-+*#<>/\\~"],
    [4, ":", "/"],
    [8, "<", "!"],
    [16, "@", "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"],
    [32, "\\", "nrt"],
  ] as const
) {
  for (const c of signs) SIGNS[c.charCodeAt(0)]! |= bit;
  for (const c of followers) FOLLOWS[c.charCodeAt(0)]! |= bit;
}

/** Whether a sign is worth a look for what stands before it: the end of an image's name, `style=`. */
export function isLed(c: number, before: number): boolean {
  return c === 0x28 ? before === 0x5d : c === 0x3d && before === 0x65;
}
