import type { Labels } from './types.ts';

export const fr: Labels = {
  more: ['Plus', 'Plus d’actions', 'Autres actions'],
  addNote: ['Ajouter une note'],
  sendWithoutNote: ['Envoyer sans note', 'Envoyer maintenant'],
  sendInvitation: ['Envoyer l’invitation', 'Envoyer une invitation'],
  acceptStarts: ['Accepter'],
  weeklyBlocked: [/atteint la limite hebdomadaire/iu, /plus d’invitations/iu],
  weeklyWarning: [
    /(approchez|proche) de la limite hebdomadaire/iu,
    /développez votre réseau/iu,
    /réseau s’agrandit/iu,
  ],
  resendBlocked: [/(3|trois) semaines après/iu],
  invitesRestricted: [/restreint.*(envoi|invitations)/iu],
  profileUnavailable: [/profil n’est pas disponible/iu],
};
