// Lookalikes of ASCII letters, digits and separators, chosen from what Unicode's UTS #39 calls confusable.
// Fullwidth, mathematical, circled and ligature forms are absent: NFKC already turns them into ASCII.

/** One line for each ASCII character, then a space, then its lookalikes. */
const LOOKALIKES = `
a аɑαΑАᎪꓮ⍺ᴀɐӕąȧ
b ЬЪВвΒβᏴᏼꓐƄьъʙϐɓɃƀ
c сСϲϹⲥⲤᴄᏟꓚⅽ¢ćȼƈƇ
d ԁԀɗđĐᏧꓓᴅᑯժđɖ
e еЕєЄεΕЁёҽҼᎬꓰᴇ℮ɛɘəƏǝɇɆϵ
f ϝϜꓝẝƒƑꜰſքғҒ
g ɡցɢԌᏀᏳꓖǥǤɠƍ
h һҺНнΗհҤᎻᏂꓧʜħĦℎɦћЋ
i іІιΙΪіɩıїЇɪіᎥꓲӀɨƖӏ⍳ḭ
j јЈϳͿյʝᎫꓙᴊɉɈʲ
k κΚкКᏦꓗᴋҟҝĸƙƘкқҚⲕⲔϰ
l ӏӀǀłŁℓʟᏞꓡⳐɭɫƚ׀וןاߊ∣⏐
m мМΜϺⅿᎷꓟᴍɱ₥ⲘΜӍӎ
n ηΝпПոռɴꓠⲚɲŋŊƞȠŉ
o оОοΟσօՕⲟⲞᴏѳѲөӨøØɵ౦൦๐໐০०੦૦௦೦๏ဝ၀ዐ〇ꓳⵔᴑӧӦ
p рРρΡΡᏢꓑⲣⲢᴘϱþÞƥƿ
q ԛԚգզɋʠ
r гГᎡꓣʀяЯɾɼᴦⲅɍɌᏒ
s ѕЅՏꜱᏕꓢƽʂşśșʃ
t тТτΤᎢꓔⲧⲦᴛŧŦƭƫț†ҭҬ
u υսʊᴜꓴցՍцЦμµʋᑌ∪ս
v νѵѴᴠᏙꓦ∨ⅴⱱⲛט
w ԝԜѡѠωաᎳꓪᴡшШщЩⱳƜɯ
x хХχΧꓫⲬⲭ×ҳҲᕁ⤫⨯
y уУүҮγΥʏᎩꓬⲩⲨẏỿყƴұҰўЎ
z ΖζᏃꓜᴢʐƶƵȥʑ
0 ߀٠۰
1 ١۱
2 ƧꙄϨᒿ٢۲
3 ЗзӠӡƷʒȜꝪϞ٣۳
4 Ꮞ٤۴
5 Ƽ٥۵
6 бᏮ٦
7 𐓒٧۷
8 ȢȣঃꝎ٨۸
9 ৭ꝮᏭ٩۹
_ ‿⁀ˍߺ﹍﹎﹏
- ‐‑‒–—―−˗⁃➖⎯ー一ـ⸺⸻⹀〜〰
. ․·•‧∙⋅。۔܁܂ꓸ⸱᛫
/ ⁄∕⧸╱⟋〳丿ノ᜵Ⳇ⼃⫻
\\ ∖⧵⧹╲⟍〵﹨
: ∶꞉ː׃։܃܄⁚᛬⸬
`;

/** Squared, negative and regional letters: first code point of 26 in a row. */
const ALPHABETS = [0x1f130, 0x1f150, 0x1f170, 0x1f1e6];

/** Builds the table once, when the module is loaded; it is never changed afterwards. */
function build(): ReadonlyMap<number, string> {
  const table = new Map<number, string>();
  for (const line of LOOKALIKES.split("\n")) {
    const [ascii, others] = line.split(" ");
    if (!ascii || !others) continue;
    for (const other of others) table.set(other.codePointAt(0)!, ascii);
  }
  for (const first of ALPHABETS) {
    for (let i = 0; i < 26; i++) table.set(first + i, String.fromCharCode(97 + i));
  }
  return table;
}

const TABLE = build();

/**
 * The ASCII character that a character is mistaken for.
 *
 * @param code A code point outside ASCII.
 * @returns A lower-case letter, digit or separator, or undefined.
 * @see https://www.unicode.org/reports/tr39/
 */
export function lookalike(code: number): string | undefined {
  return TABLE.get(code);
}
