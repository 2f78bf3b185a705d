/** Messages that disappear. Part of `en.ts`. */
export const fading = {
  title: 'Disappearing messages',
  off: 'Off',
  after: (time: string) => `After ${time}`,
  lead: (name: string) => `What you and ${name} write from now on goes away`,
  leadNote: 'What you write from now on goes away',
  limits:
    'For you it counts from sending, for whoever reads it from reading, in each browser. Everybody here sees who changed this. Nobody is kept from copying what they read.',
  save: 'Save',
  setOwn: (time: string) => `You set messages to disappear after ${time}.`,
  set: (name: string, time: string) => `${name} set messages to disappear after ${time}.`,
  endOwn: 'You turned disappearing messages off.',
  end: (name: string) => `${name} turned disappearing messages off.`,
  ended: (name: string) => `A message to ${name} disappeared before it was said to have come.`,
  fact: 'Disappears',
  afterReading: (time: string) => `${time} after it was read`,
  afterSending: (time: string) => `${time} after it was sent`,
}
