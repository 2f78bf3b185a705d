/** Notifications. */
export const notify = {
  /** What stands in a notification of which nothing is told. */
  shown: { title: 'Chatnip', body: 'New message' },
  title: 'Notifications',
  lead: 'This browser can tell you when a message comes while you are elsewhere.',
  switchOn: 'Switch on',
  switchOff: 'Switch off',
  denied:
    'Your browser keeps Chatnip from notifying. Allow it in the browser’s own settings for this site (beside the address), then press again.',
  none: 'This browser shows no notifications of websites.',
  install:
    'On an iPhone or iPad only the installed app may notify. Press Share, then “Add to Home Screen”, open Chatnip from there, and switch it on here.',
  withText: 'Show who wrote, and what',
  withTextHint:
    'While Chatnip is open in the background. Without it, and always when it is closed, a notification says “New message” and no more: what wakes this browser holds nothing that could be read.',
  sound: 'With a sound',
  soundHint: 'The one of your system.',
  test: 'Try it',
  tested: 'On its way. If nothing shows within half a minute, look whether your system keeps the browser quiet.',
  asleep: 'Notifications are on, also when Chatnip is closed.',
  asleepHint: 'A browser on a computer that is closed altogether tells you when it is opened again.',
  open: 'Notifications are on while Chatnip is open in a tab or window. This browser, or this server, can’t wake it when it is closed.',
  maker:
    'To wake this browser the server asks the push service of its maker, which learns that something came, and when; not from whom, nor what.',
}

export type NotifyTexts = typeof notify
