import { countIn } from './plural.ts'

const count = countIn('en')

/** Groups of many people. Part of `en.ts`. */
export const groups = {
  make: 'New group',
  makeIt: 'Make the group',
  title: 'Name of the group',
  who: 'Who is in it',
  others: 'Others, by name',
  othersHint: 'Several with commas between them.',
  without: (who: string) =>
    `Without ${who}: nobody can be added who has not been here with a program that knows groups.`,
  toGroup: 'To the group',
  members: (n: number) => count(n, 'member', 'members'),
  about: 'The group',
  inIt: 'Members',
  you: 'you',
  isOwner: 'owner',
  changing: 'A change is on its way. It is done when the server has taken it.',
  add: 'Add by name',
  addThem: 'Add',
  rename: 'Rename',
  picturePick: 'Choose a picture',
  pictureRemove: 'No picture',
  makeOwner: 'Make owner',
  makeOwnerLabel: (name: string) => `Make owner: ${name}`,
  makeMember: 'Owner no more',
  makeMemberLabel: (name: string) => `Owner no more: ${name}`,
  remove: 'Remove',
  removeLabel: (name: string) => `Remove: ${name}`,
  leave: 'Leave the group',
  leaveQuestion: 'Leave this group?',
  leaveText: 'You will get nothing more of what is said there. What you have stays in this browser.',
  out: 'You are not in this group any more. What was said while you were stays here.',
  empty:
    'What is written here can be read by the members of the group only. The server knows neither the name nor who is in it.',
  made: (by: string, title: string) => `${by} made the group “${title}”.`,
  renamed: (by: string, title: string) => `${by} named the group “${title}”.`,
  picture: (by: string) => `${by} changed the group’s picture.`,
  joined: (by: string) => `${by} let you into the group.`,
  added: (by: string, who: string) => `${by} added ${who}.`,
  removed: (by: string, who: string) => `${by} removed ${who}.`,
  left: (who: string) => `${who} left the group.`,
  owner: (by: string, who: string) => `${by} made ${who} an owner of the group.`,
  member: (by: string, who: string) => `${by} made ${who} an ordinary member.`,
  notAllowed: (by: string) => `${by} tried to change the group and may not. Nothing was changed.`,
}
