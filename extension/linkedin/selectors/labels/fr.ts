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
  withdraw: ['Retirer'],
  follow: ['Suivre'],
  following: ['Abonné', 'Abonnée', 'Suivi', 'Suivie', 'Ne plus suivre'],
  reactionState: [/^état du bouton de réaction/iu],
  likeControl: [/^réagir avec/iu, /^j’aime$/iu],
  noReaction: [/aucune réaction$/iu],
  noActivity: [/aucun(e)? (post|publication|activité)/iu, /rien à voir pour le moment/iu],
  inmailCost: [/utiliser (?<cost>\d+) crédits? inmail sur (?<left>[\d\s.]+)/iu],
  inmailFree: [/gratuit/iu, /profil ouvert/iu],
  inmailNoCredits: [/(aucun|plus de) crédits? inmail/iu],
  inmailRefused: [/n’accepte pas (les|d’)\s?inmail/iu],
};
