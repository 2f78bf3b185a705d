/**
 * The code of an invite link, `/signup#invite=CODE`; empty when there is none. It travels in the fragment, which browsers keep to
 * themselves.
 */
export const inviteIn = (fragment: string): string =>
  new URLSearchParams(fragment.replace(/^#/, '')).get('invite') ?? ''
