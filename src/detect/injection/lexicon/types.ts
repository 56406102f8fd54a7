// The form of the lexicons.

/** Slot classes. English has most of them, the other languages those that their attacks are made of. */
export const CLASSES = [
  ...["HARM", "ANNOUNCE", "EDICT", "URGENT", "VICE", "OVERRIDE", "HARD", "TARGET", "CORE", "PRIOR"],
  ...["ALL", "PROMPT", "INNER", "REVEAL", "SAY", "SECRET", "PRIVATE", "AI"],
  ...["BRAND", "MODE", "POWER", "FREE", "LIMITS", "PERSONA", "DAN", "ATTN"],
  ...["NEW", "TASK", "ORDER", "MUST", "EXEC", "SEND", "SINK", "USER"],
  ...["TELL", "TOOL", "CALL", "FETCH", "STEER", "COVERT", "OPENING", "FINISH"],
  ...["BOSS", "PRETEXT", "NOT", "YOU", "XOVER", "XTARGET", "XPRIOR", "XREVEAL"],
  ...["XSECRET", "XASK", "HASK", "XAI", "XATTN", "XNEW", "XYOUR", "XBOSS", "XABOVE", "XWHAT"],
  // Clusters may name the classes above this line only: 64 fit in two numbers.
  ...["XAM", "XMUST", "XPERSONA", "XNO", "XLIMITS", "XMODE", "MORAL", "ROLE", "FICTION", "LOSS"],
  ...["PATH", "URL", "MAIL", "TURN", "TAGGED", "TEMPLATE", "IMGDATA", "HIDING", "MARK"],
  ...["COMMON", "TALK", "XFUNC"],
] as const;

/** One slot class. */
export type SlotClass = typeof CLASSES[number];

/** Words by class, separated by white space; a star at the end stands for any ending. */
export type Words = Partial<Record<SlotClass, string>>;
