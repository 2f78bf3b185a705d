import { countIn } from './plural.ts'

const count = countIn('en')

/** Files: choosing, sending, opening and saving them. They come with the first file. */
export const files = {
  tray: 'What will be sent',
  remove: (name: string) => `Take away: ${name}`,
  original: 'Send pictures as files, untouched',
  originalHint: 'Larger, and with whatever the camera wrote into them: the place, the time, the device.',
  tooMany: (most: number) => `One message carries at most ${most} files. Send the others in a second one.`,
  tooLarge: (name: string, most: string) => `${name} is larger than ${most}, and stays here.`,
  preparing: 'Getting ready…',
  noRoom: 'This browser has no room to keep these files until they are sent. Make some, or send fewer.',
  unreadable: 'One of these files can’t be read any more. Take it away and choose it again.',
  notHere: 'The other side’s program has no keys that could open files.',
  notRedrawn: (name: string) =>
    `${name} can’t be made smaller here, and would go with whatever the camera wrote into it. Send it untouched, or take it away.`,
  wordsTooLong: 'These words are too long to go with files. Please shorten them.',

  photo: (name: string) => `Photo: ${name}`,
  open: (name: string) => `Open the photo ${name}`,
  show: 'Show',
  save: 'Save',
  saveFile: (name: string) => `Save ${name}`,
  size: (size: string) => size,
  sending: (name: string, percent: number) => `${name}: ${percent} percent sent`,
  fetching: (name: string, percent: number) => `${name}: ${percent} percent fetched`,
  waits: 'Waits to be sent',
  stop: 'Stop',
  stopSending: 'Stop sending',
  gone: 'This file isn’t on the server any more, and not in this browser.',
  damaged: 'What the server gave is not what was sent. It may have been changed on its way.',
  failed: 'It can’t be fetched at the moment.',
  notPicture: 'This is not a picture that can be shown safely. You can save it.',
  again: 'Try again',
  before: 'Photo before',
  after: 'Photo after',
  of: (n: number, all: number) => `${n} of ${all}`,

  record: 'Record a voice message',
  recording: 'Recording',
  finish: 'Finish recording',
  cancel: 'Throw the recording away',
  noMicrophone: 'Chatnip may not use the microphone. The browser’s settings for this site decide that.',
  play: 'Play',
  pause: 'Pause',
  position: 'Position in the voice message',
  seconds: (n: number) => count(n, 'second', 'seconds'),
  voiceName: 'Voice message',
}

export type FilesTexts = typeof files
