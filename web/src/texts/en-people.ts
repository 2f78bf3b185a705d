import { countIn } from './plural.ts'

const count = countIn('en')

/** Strangers, blocked people, and conversations that make no noise. */
export const people = {
  requests: (n: number) => count(n, 'message request', 'message requests'),
  wouldLike: 'Would like to write to you',
  askTitle: (name: string) => `${name} would like to write to you.`,
  askLead: (name: string) =>
    `You don’t know each other here yet. ${name} isn’t told that this came or that you read it. Pictures and links wait until you accept.`,
  accept: 'Accept',
  remove: 'Delete',
  block: 'Block',
  blockQuestion: (name: string) => `Block ${name}?`,
  blockWhat: (name: string) =>
    `Nothing that ${name} sends from now on is kept or shown, in none of your browsers, and ${name} isn’t told.`,
  blockServer:
    'The server knows nothing of it: it goes on bringing their messages, and your browsers drop them. You can take it back in the settings.',
  blockRequest: 'What they have written so far goes as well.',
  blocked: (name: string) => `You have blocked ${name}. What they send is dropped.`,
  unblock: 'Unblock',
  unblockName: (name: string) => `Unblock ${name}`,
  blockedTitle: 'Blocked people',
  blockedLead: 'What they send is dropped in your browsers. The server doesn’t know whom you block.',
  nobodyBlocked: 'You have blocked nobody.',
  muteTitle: 'Notifications',
  muteLead: 'Muted, new messages here are not announced and not counted in the title. In all your browsers.',
  on: 'On',
  muteFor: (time: string) => `Muted for ${time}`,
  muteAlways: 'Muted until you change it',
  mutedUntil: (time: string) => `Muted until ${time}`,
  save: 'Save',
}

export type PeopleTexts = typeof people
