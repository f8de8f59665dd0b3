import type { Labels } from './types.ts';

export const de: Labels = {
  more: ['Mehr', 'Weitere Aktionen'],
  addNote: ['Notiz hinzufügen', 'Nachricht hinzufügen'],
  sendWithoutNote: ['Ohne Notiz senden', 'Ohne Nachricht senden', 'Jetzt senden'],
  sendInvitation: ['Einladung senden'],
  acceptStarts: ['Annehmen', 'Einladung von'],
  weeklyBlocked: [
    /wöchentliche (einladungslimit|limit für einladungen).*erreicht/iu,
    /keine einladungen mehr/iu,
  ],
  weeklyWarning: [
    /(fast|bald).*limit/iu,
    /nähern sich.*limit/iu,
    /ihr netzwerk wächst/iu,
    /erweitern ihr netzwerk/iu,
  ],
  resendBlocked: [/(3|drei) wochen nach/iu],
  invitesRestricted: [
    /konto.*(einladungen|versand).*eingeschränkt/iu,
    /eingeschränkt.*einladungen/iu,
    /einladungen.*konto.*eingeschränkt/iu,
  ],
  profileUnavailable: [/profil ist nicht verfügbar/iu],
  withdraw: ['Zurückziehen'],
  messageStarts: [/^nachricht( an)?\b/iu],
  follow: ['Folgen'],
  following: ['Gefolgt', 'Folge ich', 'Nicht mehr folgen'],
  reactionState: [/^status der reaktion/iu],
  likeControl: [/gefällt mir.* reagieren$/iu, /^gefällt mir$/iu],
  noReaction: [/keine reaktion$/iu],
  noActivity: [/(noch )?keine beiträge/iu, /derzeit nichts zu sehen/iu],
  notesLeft: [/noch (?<left>\d+) personalisierte einladung/iu],
  inmailCost: [/(?<cost>[\d.]+)\s+von\s+(?<left>[\d.]+)\s+inmail-guthaben/iu],
  inmailFree: [/kostenlos|kostenfrei/iu, /offenes profil/iu],
  inmailNoCredits: [/kein(e)?\s+inmail-guthaben/iu, /(?<![\d.])0\s+inmail-guthaben/iu],
  inmailRefused: [/keine inmails?\b.{0,40}(erhalten|empfangen|annehmen)/iu],
};
