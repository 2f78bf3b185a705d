import type { groups as english } from './en-groups.ts'

export const groups: typeof english = {
  made: (by, title) => `${by} ha creato il gruppo «${title}».`,
  renamed: (by, title) => `${by} ha chiamato il gruppo «${title}».`,
  picture: (by) => `${by} ha cambiato l’immagine del gruppo.`,
  joined: (by) => `${by} ti ha fatto entrare nel gruppo.`,
  added: (by, who) => `${by} ha aggiunto ${who}.`,
  removed: (by, who) => `${by} ha tolto ${who}.`,
  left: (who) => `${who} ha lasciato il gruppo.`,
  owner: (by, who) => `Ora ${who} amministra il gruppo: lo ha deciso ${by}.`,
  member: (by, who) => `Ora ${who} non amministra più il gruppo: lo ha deciso ${by}.`,
  notAllowed: (by) => `${by} ha provato a cambiare il gruppo senza poterlo fare. Non è cambiato niente.`,
}
