/**
 * What the rep agrees to before the first action. Its version is CONSENT_VERSION in shared/contract/device.ts:
 * a change of meaning here raises it, and everybody is asked again.
 */
export const consentText: readonly { title: string; points: readonly string[] }[] = [
  {
    title: 'What Rapport does in this browser',
    points: [
      'It visits profiles, sends and withdraws connection requests, sends messages and InMails, follows people and likes their posts on LinkedIn as you, in a tab of its own, at the pace and under the limits of your sender profile.',
      'It spends an InMail credit only where a step of an automation says so. Invitations that it sent and nobody accepted are withdrawn after some weeks.',
      'It acts only while this browser is open and you are signed in to LinkedIn. It never signs in for you, solves no security check and hides nothing from LinkedIn.',
    ],
  },
  {
    title: 'What it reads and where that goes',
    points: [
      'It reads whether you are signed in to LinkedIn and as whom, the profiles of your contacts, your new connections, the invitations you sent, and messages from contacts of your team. This goes to your team’s Rapport server; of invitations to anybody else only how many there were and when.',
      'While the side panel is open, it asks your server whether it knows the person whose profile you look at; the server keeps no record of that. People of a LinkedIn list go there when you import that list, and only then.',
      'Messages of anybody else never leave this browser. Neither do your LinkedIn password, cookies and tokens.',
    ],
  },
  {
    title: 'What LinkedIn says about it',
    points: [
      'LinkedIn’s User Agreement restricts automation. LinkedIn may limit, restrict or close your account because of it, and that may cost you your network and your messages there.',
      'Low limits and slow pace bound the volume. They do not make it allowed.',
    ],
  },
  {
    title: 'What your managers see',
    points: [
      'What Rapport did and read for contacts of the team, the status of your LinkedIn account and its limits.',
      'When you were online only as a summary, and your conversations only if you separately agree to it.',
    ],
  },
];

export const withdrawText =
  'You can withdraw at any time. Everything Rapport does as you then stops at once, in this and every other browser.';
