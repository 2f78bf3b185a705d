import { countIn } from './plural.ts'

const count = countIn('en')

/** The settings. */
export const settings = {
  title: 'Settings',
  known: { title: 'What this server knows about you', open: 'Look at what it knows' },
  picture: {
    title: 'Picture',
    lead: 'Everybody on this server can see it.',
    choose: 'Choose a picture',
    upload: 'Use this picture',
    remove: 'Remove the picture',
    removeQuestion: 'Remove your picture?',
    removeText: 'The one drawn from your name takes its place.',
    saved: 'Your picture is set.',
    removed: 'Your picture is gone.',
    tooLarge: 'That file is larger than 5 MB. Choose a smaller one.',
    preview: 'What it will look like',
  },
  password: {
    title: 'Password',
    old: 'Present password',
    fresh: 'New password',
    submit: 'Change the password',
    done: 'Your password is changed. Other browsers were signed out.',
  },
  recovery: {
    title: 'Recovery code',
    lead: 'A new code takes the place of the old one.',
    submit: 'Make a new recovery code',
    done: 'Your new recovery code is in force.',
  },
  keys: {
    title: 'New keys',
    lead: 'If you fear that somebody has your keys, make new ones.',
    submit: 'Make new keys',
    question: 'Make new keys?',
    lost: [
      'Messages still on their way to you cannot be read.',
      'Your contacts will be told that your key changed; comparisons in person must be made again.',
      'Your recovery code stops working; you get a new one.',
      'Your other browsers must sign in again.',
    ] as readonly string[],
    done: 'You have new keys.',
    present: 'Your present key',
  },
  devices: {
    title: 'Devices and sessions',
    lead: 'Each browser that you are signed in with.',
    thisOne: 'this browser',
    seen: (date: string) => `last here on ${date}`,
    waiting: (n: number) => `${count(n, 'message waits', 'messages wait')} for it`,
    remove: 'Remove',
    removeLabel: (name: string) => `Remove ${name}`,
    question: (name: string) => `Remove ${name}?`,
    text: 'It is signed out at once, and messages that wait for it are deleted.',
    done: (name: string) => `${name} is removed.`,
    sessionsTitle: 'Other sessions',
    session: (date: string) => `Session without a device, since ${date}`,
    end: 'End',
    endLabel: (date: string) => `End the session of ${date}`,
    ended: 'The session is over.',
    none: 'None.',
  },
  receipts: {
    title: 'Two ticks',
    lead: 'When a message has arrived here, this browser tells the one who wrote it, encrypted like a message.',
    label: 'Say when messages have arrived here',
    without:
      'Without it others see one tick, and when the last message of a chat is lost on the way, that may not be noticed before the next one comes.',
    read: 'Say when I have read them',
    withoutRead:
      'Then two filled ticks stand there. Without it others see that a message arrived here, and never whether you have looked at it. What others tell you is up to them.',
  },
  install: {
    title: 'Install Chatnip',
    lead: 'It then opens in a window of its own, from your home screen or among your programs.',
    submit: 'Install Chatnip',
  },
  language: { title: 'Language', lead: 'For this browser.' },
  history: {
    title: 'Messages in this browser',
    keeping: {
      kept: 'This browser keeps them until you delete them, or clear the data of this site.',
      'may be cleared': 'This browser may clear your messages when it runs out of room.',
      unknown: 'This browser does not say whether it keeps your messages when it runs out of room.',
      ask: 'Ask it to keep them',
      refused: 'It said no for now. Many browsers say yes once you come often, or have bookmarked this page.',
    },
    saveText: 'Save as text',
    saveJson: 'Save as JSON',
    saved: (n: number) => `${count(n, 'message', 'messages')} saved to a file. It is not encrypted; keep it safe.`,
    nothing: 'There is no message to save yet.',
    remove: 'Delete all messages here',
    question: 'Delete all messages in this browser?',
    text: 'They cannot be brought back. Other browsers of yours, and the people you wrote to, keep theirs.',
    removed: 'All messages in this browser are deleted.',
    fileName: 'chatnip-messages',
    textLine: (date: string, from: string, to: string) => `${date}, ${from} to ${to}:`,
  },
  leave: {
    title: 'Log out',
    lead: 'Your messages stay in this browser, encrypted, until you log in again.',
    submit: 'Log out',
    forget: 'Log out and forget everything here',
    forgetQuestion: 'Forget everything in this browser?',
    forgetText:
      'This removes your keys and all messages from this browser, and messages that wait for it. You can log in again with your password, but what is only here is gone.',
    waiting: (n: number) => `${count(n, 'message has', 'messages have')} not been sent yet and would be lost.`,
  },
  remove: {
    title: 'Delete the account',
    lead: 'Your name becomes free, everything on the server is deleted.',
    submit: 'Delete the account',
    question: 'Delete your account for good?',
    lost: [
      'Your keys, your picture and your devices.',
      'Messages on their way, sent and received.',
      'All messages in this browser.',
    ] as readonly string[],
    confirm: 'Delete for good',
    done: 'Your account is deleted. Farewell; the cat will miss you.',
  },
  account: (name: string) => `Signed in as ${name}`,
}

export type SettingsTexts = typeof settings
