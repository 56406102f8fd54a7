// Small words that say which language a sentence is in: of languages in Latin letters, and none that is also English,
// a name or a word of programs (no "die", "per", "com", "con", "la").

import type { Words } from "./types.ts";

export const FUNCTION_WORDS: Words = {
  XFUNC:
    // Spanish, Portuguese
    `que para por los las una del cual cuál cuales cómo como está esta este estos cuando cuándo donde dónde puede
    puedes puedo podría podrías muy más pero porque sobre entre desde hasta también eres tienes usted ustedes nosotros
    hacia según uma não nao você voce vocês seu sua seus suas quais qual são muito muitas isso isto pelo pela quando
    onde também mas foi tem estou posso pode poderia quero sou ` +
    // French
    `les une dans pour avec vous votre vos nous notre qui quel quelle quels quelles mais cette ces sont être etre fait
    était avez peux peut pouvez voudrais comme dont aux leur leurs parce chez alors elle ils j'ai c'est qu'il d'un d'une ` +
    // Italian
    `che della delle dello dei gli nel nella sono puoi perché perche questo questa quale quali dove tua tuo tue tuoi
    alla dal dalla mio mia miei anche essere vorrei sei hai chi cosa ` +
    // German, Dutch
    `und der das dem ist nicht ein eine einen einem einer auf von sie wie wird werden kann können konnen kannst
    auch wenn dass sind haben ich mich mir dir dein deine ihre ihr zum zur nach bei oder aber welche welcher warum
    een het niet voor zijn wordt maar hoe deze naar ook waar jij jouw kunt kun ik wij hebben ` +
    // Polish, Czech, Croatian
    `jest nie się czy jak które która który możesz mozesz przez tego oraz dla jestem jsou není jak který jako nebo
    koji koja kako što sto samo ili ` +
    // Turkish, Hungarian, Romanian
    `bir için icin ve bu ile nasıl nasil değil degil misin mısın mısınız olarak daha gibi hogy nem egy mint vagy este
    pentru care prin sunt este cum unde ` +
    // Nordic
    `och att det som inte med jag har kan ikke jeg til af av hvad hvordan että mutta kuin joka ovat mikä ` +
    // Indonesian, Tagalog, Vietnamese, Swahili
    `yang untuk dengan ini itu dari adalah tidak apa bisa anda saya kamu akan pada dalam ang mga ay ito ako ka ba
    của không khong được những này cua duoc nhung hãy tôi bạn nào kwa katika wewe yako gani je ` +
    // Hindi in Latin letters
    `hai hain hoon chahiye liye raha rahi sab tarika wala kya mein nahi nahin aur kaise karo kare karne mujhe batao kyun yeh woh apne aap ke ki`,
};
