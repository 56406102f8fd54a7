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
    retract jettison invalidate invalid obsolete irrelevant null cease stop pause halt forsake forgo forego relinquish renounce repudiate reject refrain remove replace reset unload clear repeal withdraw terminate undo negate negates mute silence suppress subvert outrank trump trumps eclipse eclipses outweigh outweighs overshadow overshadows suspended paused halted muted silenced demoted void`,
  HARD: `ignore ignoring disregard disregarding forget override overriding bypass bypassing neglect
    disobey circumvent nullify overrule unlearn overlook obliterate disregards ignores ignored forgets overrides overruled nullified forgo forsake scrap`,
  TARGET:
    `instruction instructions prompt prompts rule rules guideline guidelines directive directives
    direction directions command commands order orders restriction restrictions programming training
    protocol protocols policy policies constraint constraints limitation limitations safeguard
    safeguards guardrail guardrails safety filter filters context conversation conversations task tasks
    objective objectives goal goals rubric alignment ethics moderation message messages request
    requests brief briefing agenda obligations mandate mandates tasklist notes cues steps assignment
    assignments regulations regulation edicts decrees rulings principles parameters settings boundaries configuration preprompt guidance stipulations requirements norms content`,
  CORE:
    `instruction instructions prompt prompts rule rules guideline guidelines directive directives
    directions commands orders restrictions programming training policies constraints limitations
    safeguards guardrails safety protocols regulations principles parameters boundaries guidance configuration preprompt`,
  PRIOR: `previous prior preceding earlier above foregoing existing initial original former past
    before aforementioned preceeding previously hitherto old current other others rest everything
    anything given subsequent upcoming following past initially originally formerly past yesterday former priorly stated said received preset default preprogrammed built`,
  ALL: `all any every each entire whole everything`,
  PROMPT:
    `prompt prompts instructions instruction configuration config preprompt guidelines directives
    preamble setup initialization rules persona messages`,
  INNER: `system initial hidden base original internal secret developer core underlying foundational
    custom root default confidential full exact verbatim operating`,
  REVEAL: `reveal reveals show shows print output outputs repeat repeats display tell leak leaks
    disclose disclosing share give list expose dump dumps translate summarize summarise recite echo
    return spell write extract reproduce copy provide paraphrase state divulge type
    restate encode transcribe quote retrieve say access read export convert view render unveil uncover expose exposing revealing showing printing surrender impart relay recount narrate enumerate regurgitate itemize itemise confess spill yield present supply verbatim disclose outputting describe`,
  SAY: `say print output respond reply answer tell state write write display show mention repeat`,
  SECRET:
    `password passwords passphrase passcode secret secrets credential credentials apikey apikeys
    token tokens keys key ssn confidential sensitive cookies mnemonic seed pin creds pincode otp cvv iban passkey privatekey keyring wallet seedphrase secretkey accesskey bearer login logins`,
  PRIVATE: `conversation history chat context email emails message messages data details records
    environment variables files file logs database account information contents document documents
    transcript input query customer personal`,
  AI: `ai assistant assistants chatgpt gpt llm llms chatbot chatbots agent agents claude bard gemini
    bot bots model models copilot openai anthropic machine robot robots aiagent aiassistant gpt4 gpt3
    gpts automated llama mistral chatbots grok deepseek perplexity siri alexa cortana mixtral qwen phi neural automaton`,
  BRAND:
    `chatgpt openai gpt gpt4 gpt3 bard claude llm chatbot llama gemini anthropic copilot grok deepseek mistral`,
  MODE: `mode modes`,
  POWER:
    `developer dev god admin administrator maintenance debug debugging override root unrestricted
    dan jailbreak jailbroken unlocked sudo superuser opposite evil emergency diagnostic test testing
    unsafe dual uncensored system safety bypass security privileged service engineering calibration`,
  FREE: `unrestricted unfiltered uncensored unbiased limitless jailbroken amoral unethical immoral
    lawless unconstrained unbounded unchained unhinged unleashed unmoderated disinhibited nsfw unshackled untethered unlimited boundless unregulated unapologetic lawless liberated unlocked unprincipled unscrupulous uncaged restrictionless filterless`,
  LIMITS:
    `restrictions restriction filters filter limits limitations limitation rules ethics ethical
    guidelines censorship constraints moral morals morality boundaries policy policies safeguards
    safety moderation guardrails disclaimers warnings refusal refusals ethic content legal inhibitions inhibition regulations principles red lines standards alignment rails restraints barriers blocks scruples precautions`,
  PERSONA: `pretend act roleplay role simulate impersonate imagine immerse character persona emulate
    become behave alter ego portray roleplaying simulator acting`,
  DAN: `dan stan dude jailbreak jailbroken aim`,
  ATTN:
    `attention urgent urgently important critical crucial priority immediately immediate stop pause
    halt alert mandatory vital notice notification caution warning emergency essential pivotal
    imperative stand heed hold wait brace breaking update listen focus red flash announcement
    bulletin interruption interrupt top highest utmost paramount beware listen hark behold note notable take pay stay alertness vigilant eyes ears focus concentrate`,
  NEW:
    `new next additional following updated another forthcoming upcoming extra supplementary further
    subsequent latest fresh only sole single one final last different incoming imminent below this
    hidden special revised actual real true primary added unforeseen`,
  TASK: `task tasks instruction instructions directive directives order orders command commands
    assignment mission objective duty action actions step steps request job protocol protocols
    guidance message question information cue signal agenda operation procedure responsibility
    mandate details content duties responsibilities objectives goals assignments missions obligations undertakings errands agenda segment passage section`,
  ORDER:
    `instruction instructions directive directives command commands orders tasks task assignment
    mandate mandates edict decree guidelines procedures agenda action actions commandment briefing mission
    objective dictate dictates imperative imperatives injunction charge errand undertaking responsibility responsibilities assignments objectives missions duty duties advisory advisories guidance`,
  MUST: `must shall should have need required requires mandatory always never strictly only
    exclusively absolutely solely immediately now swiftly promptly urgently pivotal obligatory`,
  EXEC: `dive leap undertaken integrate incorporate zero divert channel pivot embrace
    execute executes executed execution follow follows followed following obey adhere comply
    perform complete proceed carry fulfill fulfil prioritize prioritise focus implement concentrate
    act engage undertake observe respect honor honour heed start begin commence treat consider
    address handle enact tackle attend devote dedicate switch shift redirect redirected execution execut abide honor uphold satisfy accomplish finish undertake discharge respect observe enact pursue apply adopt embark tackle`,
  SEND: `send sends sending email emails mail forward forwards upload uploads post posts transmit
    exfiltrate cc bcc transfer append attach submit copy relay leak pass deliver include redirect put
    place embed log report sent dispatch ship push stream sync mirror smuggle beacon post put publish reroute bcc cc leak`,
  SINK: `http https url webhook endpoint server address email gist pastebin ngrok sidenote parameter
    attacker link com pwnd proxy site`,
  USER:
    `user users customer customers human humans them anyone him her person people client owner operator operators person humans`,
  TELL:
    `tell inform mention notify reveal disclose alert say show explain expose let display discuss
    report announce warn ask acknowledge alerting telling informing mentioning notifying revealing disclosing announcing warning`,
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
    surreptitiously background hiddenly clandestinely privately noiselessly stealthy stealth unseen undetected unobtrusively`,
  OPENING: `before prior first then afterwards after`,
  FINISH:
    `answering answer proceed proceeding continue continuing respond responding reply summarize
    summary solve complete completing`,
  BOSS: `system admin administrator developer root operator owner creator supervisor ceo security
    openai anthropic creators programmer god lord master king boss director chief officer commander maker founder engineer engineers maintainer webmaster manager`,
  PRETEXT:
    `authorized authorised approved audit compliance testing debugging verification diagnostics
    troubleshooting research educational researcher auditor exam practical academic paper fictional story novel film script thesis lab permission certified maintenance homework thesis dissertation coursework novelist screenwriter investigator journalist pentest pentester simulation drill coursework assignment`,
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
    malicious insult insults fuck fucking shit taboo cruel sadistic ruthless depraved perverse perverted explicitly kinky smut pornographic bloody gory sinister wicked vile toxic derogatory blasphemous insulting swearword swearwords expletives slurs unsafe unhinged taboos forbidden`,
  HARM:
    `bomb bombs explosive explosives poison weapon weapons synthesis hack hacking malware virus ransomware
    drug drugs chemical toxic lethal kill exploit phishing detonator narcotic meth explosives detonate grenade ammunition firearm gun arson sarin ricin anthrax cocaine heroin fentanyl mdma keylogger botnet ddos counterfeit forge launder laundering poisoning murder assassinate kidnap stalk shoplift steal hijack smuggle smuggling nuclear nukes harmful landmine`,
  EDICT: `instruction instructions directive directives mandate mandates edict decree commandment
    marching objective agenda dictate dictates injunction injunctions imperative imperatives summons charge bidding ordinance diktat ultimatum instructive`,
  ANNOUNCE:
    `follow follows following next upcoming forthcoming incoming imminent ahead below brace prepare
    ready heads dispatch horizon unfold unfolds arrive arrived arriving await awaits received released issued
    introduced delivered dispatched coming looming surfaced emerged added additional new fresh another
    extra join joins enter enters landed proceed here comes beyond alongside subsequent ensuing succeeding approaching impending nearing lies lie unveil unveiled revealed reveal about await stand standby gear landing descended descends emerges emerge entrant joined pipeline beckons beckon commence commences issue communicated transmitted relayed pushed lined queued update updates newest latest extra`,
  URGENT:
    `urgent urgently urgency pressing pronto asap indispensable compulsory immediately immediate immediacy priority critical crucial vital pivotal paramount
    imperative attention mandatory alert halt pause swift swiftly prompt promptly top essential utmost
    significant stop instantly undivided unwavering delay precedence
    supersede supersedes eclipse preempt overrules posthaste forthwith hastily expeditious expeditiously speedily urgentmost cardinal supreme foremost momentous exigent dire acute burning instant straightaway now nonnegotiable imperatively heed essential crucially critically urgence unconditional`,
  MORAL:
    `moral morals morality ethics ethical ethic law laws legality conscience remorse empathy scruples guilt principles decency taboo taboos boundaries legal societal norms`,
  ROLE:
    `villain criminal hacker psychopath sociopath narcissist gangster mafia drug dealer assassin terrorist demon devil satan rebel anarchist outlaw mastermind dictator pirate evil twin confidant girlfriend slave dominatrix trickster serial killer thug rogue`,
  FICTION:
    `fictional fiction fictitious hypothetical hypothetically imaginary parallel alternate alternative dystopian utopian simulated simulation virtual fantasy made invented pretend dream novel`,
  LOSS:
    `lose loses lost losing deduct deducted deducts deduction minus subtract subtracted removed reduced gain earn rewarded start`,
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
