/** Groups of many people. Part of `en.ts`. */
export const groups = {
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
