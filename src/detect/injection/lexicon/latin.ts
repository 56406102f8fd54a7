// Languages in Latin letters: Spanish, Portuguese, French, Italian, German, Dutch, Polish, Turkish,
// Indonesian, Finnish, Swedish, Danish, Romanian, Czech, Hungarian, Tagalog, romanised Hindi.
// Accents are folded before words are looked up.

import type { Words } from "./types.ts";

/** XOVER to XNEW are the classes of OVERRIDE to NEW for all languages but English. */
export const LATIN: readonly Words[] = [
  {
    // Spanish
    XABOVE: `lo arriba anterior anteriores`,
    XWHAT: `cual`,
    XYOUR: `tu tus su sus`,
    XBOSS: `desarrollador desarrolladora creador administrador dios presidente`,
    XOVER:
      `ignora ignore ignorar ignorad ignoren olvida olvide olvidar olvidate olvidese desestima descarta
      descarte omite omita pasa anula anular elude`,
    XTARGET:
      `instruccion* instrucciones instruccion indicaciones ordenes reglas directrices mensajes restricciones pautas
      comandos directivas`,
    XPRIOR:
      `anteriores anterior anteriormente previas previos previa anterioras todas todos arriba recibidas`,
    XREVEAL:
      `muestra muestrame muestre revela revelame dime digame imprime repite dame escribe proporciona`,
    XSECRET: `contrasena contrasenas clave secreta secreto credenciales confidencial`,
    XASK: `responda responder conteste siguiente pregunta debes di`,
    XAI: `asistente inteligencia`,
    XATTN: `atencion urgente importante inmediatamente`,
    XNEW: `nuevas nuevos nueva nuevo siguientes`,
  },
  {
    // Portuguese
    XABOVE: `acima anterior anteriores`,
    XWHAT: `qual`,
    XYOUR: `sua seu suas seus tua teu`,
    XBOSS: `desenvolvedor criador administrador deus`,
    XOVER: `ignore ignora ignorar esqueca esquecer desconsidere desconsiderar despreze deixe`,
    XTARGET:
      `instruco* instrucoes instrucao orientacoes ordens regras diretrizes comandos mensagens restricoes`,
    XPRIOR: `anteriores anterior previas todas acima anteriormente`,
    XREVEAL: `mostre revele diga imprima repita escreva forneca`,
    XSECRET: `senha senhas segredo secreta confidencial credenciais`,
    XASK: `responda seguinte pergunta deve`,
    XAI: `assistente`,
    XATTN: `atencao urgente importante imediatamente`,
    XNEW: `novas novos nova novo`,
  },
  {
    // French
    XABOVE: `dessus precedent precedentes precede`,
    XWHAT: `quel quelle`,
    XYOUR: `ta ton tes votre vos`,
    XBOSS: `developpeur createur administrateur dieu president`,
    XOVER: `ignorez ignorer ignore oubliez oublie oublier negligez neglige contournez`,
    XTARGET:
      `instructions instruction consignes consigne directives regles ordres commandes restrictions`,
    XPRIOR: `precedentes precedente precedents precedent anterieures toutes ci-dessus dessus`,
    XREVEAL:
      `montrez montre revelez revele dites dis affichez affiche repetez repete imprimez donne donnez`,
    XSECRET: `passe secrete confidentielles confidentiel identifiants`,
    XASK: `repondre repondez veuillez suivante devez`,
    XAI: `assistant ia`,
    XATTN: `attention urgent important immediatement`,
    XNEW: `nouvelles nouvelle nouveaux nouveau suivantes`,
  },
  {
    // Italian
    XABOVE: `sopra precedente precedenti`,
    XWHAT: `quale qual`,
    XYOUR: `tua tuo tue tuoi vostra`,
    XBOSS: `sviluppatore creatore amministratore dio`,
    XOVER: `ignora ignorare ignorate dimentica dimenticare dimenticate trascura lascia tralascia`,
    XTARGET:
      `istruzion* istruzioni istruzione regole direttive ordini comandi indicazioni restrizioni`,
    XPRIOR: `precedenti precedente tutte sopra anteriori prima`,
    XREVEAL: `mostra mostrami rivela dimmi stampa ripeti scrivi forniscimi`,
    XSECRET: `segreta segreto parola chiave riservate credenziali`,
    XASK: `rispondi rispondere seguente domanda devi`,
    XAI: `assistente intelligenza`,
    XATTN: `attenzione urgente importante immediatamente`,
    XNEW: `nuove nuova nuovi nuovo seguenti`,
  },
  {
    // German
    XABOVE: `obige obigen obenstehende vorherige`,
    XWHAT: `wie lautet welches`,
    XYOUR: `dein deine deinen deiner deinem ihr ihre ihren ihrem`,
    XBOSS: `entwickler schopfer gott prasident`,
    XOVER: `ignoriere ignorieren ignoriert ignorier vergiss vergesse vergessen missachte missachten
      uberschreibe umgehe verwerfe`,
    XTARGET:
      `anweisung* anweisungen anweisung anweisunge instruktionen regeln befehle vorgaben richtlinien anleitungen
      aufgaben`,
    XPRIOR: `vorherigen vorherige vorigen bisherigen alle allen obigen vorangegangenen fruheren`,
    XREVEAL: `zeige zeig verrate offenbare nenne sage wiederhole drucke gib schreibe`,
    XSECRET: `passwort passworter geheim geheimnis geheime kennwort zugangsdaten`,
    XASK: `beantworten beantworte bitte folgende frage musst`,
    XAI: `assistent ki`,
    XATTN: `achtung dringend wichtig sofort`,
    XNEW: `neue neuen neuer folgende folgenden`,
  },
  {
    // Dutch
    XOVER: `negeer negeren vergeet vergeten`,
    XTARGET: `instructies instructie opdrachten regels aanwijzingen richtlijnen`,
    XPRIOR: `vorige voorgaande eerdere bovenstaande alle`,
    XREVEAL: `toon laat vertel herhaal onthul geef`,
    XSECRET: `wachtwoord geheim geheime inloggegevens`,
    XNEW: `nieuwe volgende`,
    XATTN: `dringend belangrijk onmiddellijk`,
  },
  {
    // Polish, Czech
    XABOVE: `powyzsze powyzszych`,
    XWHAT: `jakie jaki jake`,
    XYOUR: `twoje twoj swoje vase tvoje`,
    XBOSS: `programista programista bog administrator`,
    XOVER: `zignoruj ignoruj ignorowac zapomnij zapomniec pomin ignorujte zapomen zapomente`,
    XTARGET:
      `instrukcj* poleceni* instrukcje instrukcji polecenia polecen zasady zalecenia instrukce pokyny prikazy pravidla`,
    XPRIOR: `poprzednie poprzednich wczesniejsze wszystkie powyzsze predchozi vsechny vyse`,
    XREVEAL: `pokaz powiedz ujawnij podaj wydrukuj powtorz ukaz rekni`,
    XSECRET: `haslo hasla tajny tajne sekret heslo tajne`,
    XNEW: `nowe nowa nastepujace nove`,
    XATTN: `uwaga pilne wazne natychmiast pozor dulezite`,
  },
  {
    // Turkish, Azerbaijani
    XABOVE: `yukaridaki yukarida`,
    XWHAT: `nedir`,
    XYOUR: `senin sizin`,
    XBOSS: `gelistirici* tanri* yonetici*`,
    XOVER: `gormezden yoksay yoksayin unut unutun atla`,
    XTARGET: `talimat* komut* kural* yonerge* gorev* emir*`,
    XPRIOR: `onceki tum butun yukaridaki evvelki`,
    XREVEAL: `goster soyle acikla yazdir tekrarla ver`,
    XSECRET: `sifre* parola* gizli`,
    XNEW: `yeni asagidaki`,
    XATTN: `dikkat acil onemli hemen`,
  },
  {
    // Indonesian, Malay, Tagalog
    XABOVE: `atas itaas sebelumnya`,
    XWHAT: `apa ano`,
    XYOUR: `anda kamu iyong mo inyong`,
    XBOSS: `pengembang tuhan lumikha`,
    XOVER: `abaikan lupakan mengabaikan hiraukan kalimutan balewalain`,
    XTARGET: `instruksi perintah petunjuk aturan arahan tagubilin panuto utos`,
    XPRIOR: `sebelumnya semua seluruh diatas lahat nakaraang nauna naunang`,
    XREVEAL: `tunjukkan ungkapkan katakan cetak berikan ipakita sabihin ibigay`,
    XSECRET: `sandi rahasia kunci lihim`,
    XNEW: `baru berikut bago`,
    XATTN: `perhatian penting segera mahalaga`,
  },
  {
    // Finnish, Swedish, Danish, Norwegian
    XOVER: `unohda jata huomiotta ohita ignorera glom ignorer glem strunta bortse`,
    XTARGET:
      `ohjeet ohjeita kaskyt saannot instruktioner instruktionerna anvisningar instruktionerne instruksjoner
      regler reglerna`,
    XPRIOR:
      `aiemmat aikaisemmat kaikki edelliset tidigare foregaende alla alle tidligere ovenstaende`,
    XREVEAL: `nayta kerro paljasta visa avsloja beratta vis afslor fortael`,
    XSECRET: `salasana salainen losenord hemlig adgangskode passord hemmelig`,
    XNEW: `uudet uusi nya nye ny`,
    XATTN: `huomio tarkeaa viktigt vigtigt bradskande`,
  },
  {
    // Romanian, Hungarian
    XOVER: `ignora ignorati uita uitati felejtsd hagyd figyelmen`,
    XTARGET: `instructiunile instructiuni regulile comenzile utasitas* szabaly*`,
    XPRIOR: `anterioare precedente toate korabbi elozo osszes`,
    XREVEAL: `arata spune dezvaluie mutasd mondd`,
    XSECRET: `parola jelszo* titkos`,
  },
  {
    // Romanised Hindi
    XOVER: `bhool bhul bhoolkar bhulkar bhulja bhooljao hatao chodo chhodo nazarandaz`,
    XTARGET: `nirdesh niyam aadesh hidayat`,
    XPRIOR: `pichle pichhle pehle purane saare sab sabhi upar`,
    XREVEAL: `batao bata bataiye dikhao dikha dedo`,
    XSECRET: `gupt gopniya password khufia`,
    HASK:
      `karo kar liye chahiye batao bata bataiye samjhao samjha samajhna samjhana samjhaiye dikhao dikha likh likho bhai`,
    HARM:
      `bam bomb zeher zehreela zehar hathiyar hathiyaar visphot visfot nasha barood goli bandook jaanleva khatarnak`,
    XYOUR: `tumhara tumhare tera tere aapka apna apne`,
    XBOSS: `sarkari officer ceo police government`,
    XNEW: `naya naye nayi`,
  },
];
