/** Inviting somebody, and being invited. */
export const invite = {
  title: 'Invite somebody',
  lead: 'Whoever opens this link, or scans the code, finds you here, signs up if they have to, and knows that it is really you: the fingerprint of your key stands in it.',
  care: 'Send it by a way on which you can be sure who gets it. It tells nobody but its reader who invites.',
  link: 'Your link',
  qr: 'Your link as a code to scan',
  copy: 'Copy the link',
  code: 'Invite code',
  codeHint: 'This server takes new people by invitation. Ask whoever runs it for a code, and put it in here.',
  closed: 'This server takes no new people at the moment. The link works for those who have an account here.',
  pageTitle: 'An invitation',
  invites: (name: string) => `${name} invites you to Chatnip.`,
  about: 'A name, a password, half a minute. What you write to each other can be read by the two of you only.',
  signUp: 'Sign up',
  logIn: 'I have an account here',
  signedIn: (name: string, own: string) => `${name} would like to chat with you. You are signed in as ${own}.`,
  open: (name: string) => `Write to ${name}`,
  opening: 'Looking whether it is really them…',
  own: 'This is your own invitation. Give it to somebody else.',
  broken:
    'This invitation is not whole: a part of the link is missing or was changed. Ask for it again, best as a code to scan.',
  wrongKey: (name: string) =>
    `Careful: the key in this invitation is not the one that this server gives for ${name}. That happens when ${name} has made new keys since, and it would happen if somebody stood between you. Nothing was marked as verified. Ask ${name} for a new link, by a way you trust.`,
  anyway: 'Open the conversation all the same',
  toChats: 'To the chats',
  toStart: 'To the first page',
}

export type InviteTexts = typeof invite
