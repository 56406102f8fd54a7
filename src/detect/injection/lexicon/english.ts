// English words by slot class: what the grammars of rules_*.ts are made of.

import type { Words } from "./types.ts";

/** A star stands for any ending. A word may stand in several classes. */
export const ENGLISH: Words = {
  OVERRIDE: `ignore ignores ignored ignoring ignorer disregard disregards disregarded disregarding
    forget forgets forgetting override overrides overriding overridden overrule bypass bypasses
    bypassing circumvent neglect dismiss abandon erase discard nullify nullified void overlook disobey
    supersede supersedes superseded supersedes supplant revoke revoked rescind cancel unlearn
    obliterate purge scrap ditch sideline disengage wipe eliminate omit deactivate
    disable suspend drop skip shelve scratch unset evade sidestep defy violate countermand annul
    retract jettison invalidate invalid obsolete irrelevant null cease stop pause halt`,
  HARD: `ignore ignoring disregard disregarding forget override overriding bypass bypassing neglect
    disobey circumvent nullify overrule unlearn overlook obliterate`,
  TARGET:
    `instruction instructions prompt prompts rule rules guideline guidelines directive directives
    direction directions command commands order orders restriction restrictions programming training
    protocol protocols policy policies constraint constraints limitation limitations safeguard
    safeguards guardrail guardrails safety filter filters context conversation conversations task tasks
    objective objectives goal goals rubric alignment ethics moderation message messages request
    requests brief briefing agenda obligations mandate mandates tasklist notes cues steps assignment
    assignments`,
  CORE:
    `instruction instructions prompt prompts rule rules guideline guidelines directive directives
    directions commands orders restrictions programming training policies constraints limitations
    safeguards guardrails safety protocols`,
  PRIOR: `previous prior preceding earlier above foregoing existing initial original former past
    before aforementioned preceeding previously hitherto old current other others rest everything
    anything given subsequent upcoming following past`,
  ALL: `all any every each entire whole everything`,
  PROMPT:
    `prompt prompts instructions instruction configuration config preprompt guidelines directives
    preamble setup initialization rules persona messages`,
  INNER: `system initial hidden base original internal secret developer core underlying foundational
    custom root default confidential full exact verbatim operating`,
  REVEAL: `reveal reveals show shows print output outputs repeat repeats display tell leak leaks
    disclose disclosing share give list expose dump dumps translate summarize summarise recite echo
    return spell write extract reproduce copy provide paraphrase state divulge type
    restate encode transcribe quote retrieve what say access read export convert view render`,
  SAY: `say print output respond reply answer tell state write write display show mention repeat`,
  SECRET:
    `password passwords passphrase passcode secret secrets credential credentials apikey apikeys
    token tokens keys key ssn confidential sensitive cookies mnemonic seed pin creds`,
  PRIVATE: `conversation history chat context email emails message messages data details records
    environment variables files file logs database account information contents document documents
    transcript input query customer personal`,
  AI: `ai assistant assistants chatgpt gpt llm llms chatbot chatbots agent agents claude bard gemini
    bot bots model models copilot openai anthropic machine robot robots aiagent aiassistant gpt4 gpt3
    gpts automated llama mistral`,
  BRAND: `chatgpt openai gpt gpt4 gpt3 bard claude llm chatbot llama gemini`,
  MODE: `mode modes`,
  POWER:
    `developer dev god admin administrator maintenance debug debugging override root unrestricted
    dan jailbreak jailbroken unlocked sudo superuser opposite evil emergency diagnostic test testing
    unsafe dual uncensored system safety bypass security privileged service engineering calibration`,
  FREE: `unrestricted unfiltered uncensored unbiased limitless jailbroken amoral unethical immoral
    lawless unconstrained unbounded unchained unhinged unleashed unmoderated disinhibited nsfw`,
  LIMITS:
    `restrictions restriction filters filter limits limitations limitation rules ethics ethical
    guidelines censorship constraints moral morals morality boundaries policy policies safeguards
    safety moderation guardrails disclaimers warnings refusal refusals ethic content legal inhibitions`,
  PERSONA: `pretend act roleplay role simulate impersonate imagine immerse character persona emulate
    become behave alter ego portray roleplaying simulator acting`,
  DAN: `dan stan dude jailbreak jailbroken aim`,
  ATTN:
    `attention urgent urgently important critical crucial priority immediately immediate stop pause
    halt alert mandatory vital notice notification caution warning emergency essential pivotal
    imperative stand heed hold wait brace breaking update listen focus red flash announcement
    bulletin interruption interrupt top highest utmost paramount`,
  NEW:
    `new next additional following updated another forthcoming upcoming extra supplementary further
    subsequent latest fresh only sole single one final last different incoming imminent below this
    hidden special revised actual real true primary added unforeseen`,
  TASK: `task tasks instruction instructions directive directives order orders command commands
    assignment mission objective duty action actions step steps request job protocol protocols
    guidance message question information cue signal agenda operation procedure responsibility
    mandate details content`,
  ORDER:
    `instruction instructions directive directives command commands orders tasks task assignment
    mandate mandates edict decree guidelines procedures agenda action actions commandment briefing mission
    objective`,
  MUST: `must shall should have need required requires mandatory always never strictly only
    exclusively absolutely solely immediately now swiftly promptly urgently pivotal obligatory`,
  EXEC: `dive leap undertaken integrate incorporate zero divert channel pivot embrace
    execute executes executed execution follow follows followed following obey adhere comply
    perform complete proceed carry fulfill fulfil prioritize prioritise focus implement concentrate
    act engage undertake observe respect honor honour heed start begin commence treat consider
    address handle enact tackle attend devote dedicate switch shift redirect redirected`,
  SEND: `send sends sending email emails mail forward forwards upload uploads post posts transmit
    exfiltrate cc bcc transfer append attach submit copy relay leak pass deliver include redirect put
    place embed log report sent`,
  SINK: `http https url webhook endpoint server address email gist pastebin ngrok sidenote parameter
    attacker link com pwnd proxy site`,
  USER: `user users customer customers human humans them anyone him her person people client owner`,
  TELL:
    `tell inform mention notify reveal disclose alert say show explain expose let display discuss
    report announce warn ask acknowledge`,
  TOOL: `tool tools function functions plugin plugins mcp api toolbox`,
  CALL:
    `call calls calling invoke invokes invoking use using used run runs execute executing executed
    called invoked trigger using`,
  FETCH: `read get fetch retrieve access open load include cat steal extract collect gather harvest
    list check`,
  STEER:
    `before instead always first prior whenever automatically silently secretly quietly covertly
    rather must without also every after when`,
  COVERT: `silently secretly quietly covertly stealthily discreetly unnoticed invisible invisibly
    surreptitiously background`,
  OPENING: `before prior first then afterwards after`,
  FINISH:
    `answering answer proceed proceeding continue continuing respond responding reply summarize
    summary solve complete completing`,
  BOSS: `system admin administrator developer root operator owner creator supervisor ceo security
    openai anthropic creators programmer`,
  PRETEXT:
    `authorized authorised approved audit compliance testing debugging verification diagnostics
    troubleshooting research educational researcher auditor exam practical academic paper fictional story novel film script thesis lab permission certified maintenance`,
  TALK:
    `attack attacks attacker attackers malicious vulnerability vulnerabilities injection injections
    jailbreak jailbreaks jailbreaking jailbroken adversarial mitigation mitigations exploit exploits
    threat threats detection detect owasp safeguards guardrail guardrails defense defenses red teaming
    payload payloads untrusted mitigate poisoning`,
  MARK:
    `inst sys env ssh aws netrc npmrc pypirc kube gnupg docker cursor credentials passwd shadow rsa
    human secret hidden override instruction requirement start end`,
  VICE:
    `illegal unethical immoral harmful offensive inappropriate explicit profanity swear swears swearing
    curse cursing nsfw violent controversial racist sexist vulgar evil sexual erotic obscene crude rude
    hateful lewd profane dangerous inhumane reckless amoral unlawful unrestricted uncensored unfiltered
    malicious insult insults fuck fucking shit taboo`,
  HARM:
    `bomb bombs explosive explosives poison weapon weapons synthesis hack hacking malware virus ransomware
    drug drugs chemical toxic lethal kill exploit phishing detonator narcotic meth`,
  EDICT:
    `instruction instructions directive directives orders mandate mandates edict decree commandment
    marching objective agenda`,
  ANNOUNCE:
    `follow follows following next upcoming forthcoming incoming imminent ahead below brace prepare
    ready heads dispatch horizon unfold unfolds arrive arrived arriving await awaits received released issued
    introduced delivered dispatched coming looming surfaced emerged added additional new fresh another
    extra join joins enter enters landed proceed here comes beyond alongside`,
  URGENT:
    `urgent urgently urgency pressing pronto asap indispensable compulsory immediately immediate immediacy priority critical crucial vital pivotal paramount
    imperative attention mandatory alert halt pause swift swiftly prompt promptly top essential utmost
    significant stop instantly undivided unwavering delay precedence
    supersede supersedes eclipse preempt overrules`,
  NOT: `not dont never cannot cant no wont nor doesnt shouldnt mustnt neither isnt`,
  YOU: `you your yours youre yourself u ur`,
  COMMON:
    `the of and to in is you that it he was for on are as with his they at be this have from or
    one had by words but not what all were we when your can said there use an each which she do how
    their if will up other about out many then them these so some her would make like him into time
    has look two more write go see number no way could people my than first been call who its now
    find long down day did get come made may part please ignore system prompt instructions previous
    show me tell secret password reveal rules output next task execute`,
};
