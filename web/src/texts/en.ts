import { acts } from './en-acts.ts'
import { carried } from './en-carried.ts'
import { errors } from './en-errors.ts'
import { fading } from './en-fading.ts'
import { keys } from './en-keys.ts'
import { groups } from './en-groups.ts'
import { search } from './en-search.ts'
import { countIn } from './plural.ts'

const count = countIn('en')

export const en = {
  /** Which way the lines of this language run. */
  direction: 'ltr' as 'ltr' | 'rtl',
  errors,

  common: {
    appName: 'Chatnip',
    back: 'Back',
    cancel: 'Cancel',
    close: 'Close',
    copy: 'Copy',
    copied: 'Copied.',
    tryAgain: 'Try again',
    reload: 'Reload',
    loading: 'One moment…',
    username: 'Name',
    password: 'Password',
    showPassword: 'Show password',
    hidePassword: 'Hide password',
    skipToContent: 'Skip to the content',
    language: 'Language',
    home: 'Chatnip, first page',
    newVersion: 'There is a new version of Chatnip.',
    notLoaded: 'Not loaded',
    pageFailed: 'This page could not be loaded. You may be offline, or Chatnip was updated meanwhile.',
    later: 'Later',
    needed: 'This is needed.',
  },

  welcome: {
    title: 'Chats that stay between you',
    lead: 'Chatnip is a small messenger. A name and a password, nothing else, and you are in. What you write is encrypted in this browser; the server passes it on and forgets it.',
    signUp: 'Sign up',
    logIn: 'Log in',
    about: 'About Chatnip',
    points: [
      ['Nothing asked', 'No phone number, no e-mail, no real name.'],
      ['Nothing kept', 'The server holds a message until it has arrived. Then it is gone.'],
      ['Nothing lost', 'What you send gets there once, even if the line drops.'],
    ] as readonly (readonly [string, string])[],
  },

  signUp: {
    title: 'Sign up',
    lead: 'A name, a password, half a minute.',
    name: 'Choose a name',
    nameHint: 'Letters, digits, dot, hyphen and underscore. Others find you by it.',
    nameBad: 'Use letters without accents, digits, dot, hyphen and underscore; at most 32.',
    password: 'Choose a password',
    passwordHint: 'At least 15 characters. A few words in a row are easy to remember and hard to guess.',
    passwordShort: (missing: number) => `${count(missing, 'character', 'characters')} to go.`,
    passwordLongEnough: 'Long enough.',
    passwordTooLong: 'At most 256 characters.',
    suggest: 'Suggest one for me',
    suggested: 'Here is one. Let your browser save it, or write it down.',
    invite: 'Invitation',
    inviteHint: 'This server takes new people by invitation.',
    puzzle: 'Fill in the blank',
    work: 'Your browser shows by itself that you are not a machine.',
    usePuzzle: 'Fill in a blank instead',
    useWork: 'Let the browser do it',
    puzzleHint: 'One word, so that we know you are not a machine.',
    workFailed: 'This browser could not prove by itself that you are not a machine. Please fill in the blank.',
    submit: 'Sign up',
    making: 'Making your keys…',
    haveAccount: 'You have an account already?',
    closed: 'This server takes no new accounts at the moment.',
  },

  recoveryCode: {
    title: 'Your recovery code',
    lead: 'If you forget your password, these twelve words bring everything back. Nobody else has them, and we show them only now. Write them on paper.',
    saveFile: 'Save as a file',
    fileName: 'chatnip-recovery-code.txt',
    fileText: (username: string, code: string) =>
      `Chatnip recovery code of ${username}\n\n${code}\n\nWhoever has these words can open your account. Keep them safe.\n`,
    ask: (place: number) => `To be sure you have them: what is word ${place}?`,
    wrong: 'That is another word. Look at the list again.',
    done: 'I have written them down',
    list: 'The twelve words',
  },

  logIn: {
    title: 'Log in',
    haveCode: 'My recovery code',
    submit: 'Log in',
    opening: 'Opening your keys…',
    forgot: 'Forgot your password?',
    noAccount: 'New here?',
    keysMissingTitle: 'Your keys cannot be opened',
    keysMissing:
      'Your password is right, but the keys of this account are not stored here, or not in a form that this password opens. You can start afresh with new keys.',
    freshLost: [
      'Messages that wait for you now cannot be read.',
      'Your contacts will be told that your key changed, and those who compared numbers with you must do it again.',
    ] as readonly string[],
    freshKept: 'Your name, your picture and what other browsers of yours hold stay.',
    fresh: 'Start afresh with new keys',
  },

  chats: {
    title: 'Chats',
    openLabel: 'Write to a name',
    openButton: 'Open',
    list: 'Chats',
    noteToSelf: 'Note to self',
    noteToSelfHint: 'A place for your own notes. They go to your other browsers as well.',
    empty: 'No chats yet. Write the name of somebody above, or leave yourself a note.',
    pick: 'Choose a chat on the left, or open one by name.',
    draft: 'Draft:',
    muted: 'Muted',
    you: 'You:',
    unread: (n: number) => count(n, 'new message', 'new messages'),
    undelivered: (n: number) => count(n, 'message did not arrive', 'messages did not arrive'),
    settings: 'Settings',
    forgedPreview: 'A message that does not check',
    back: 'Back to the list',
  },

  status: {
    offline: 'Offline. What you write will be sent later.',
    connecting: 'Connecting…',
    waiting: (n: number) => `${count(n, 'message waits', 'messages wait')}.`,
    damaged:
      'What is stored in this browser is damaged, so nothing comes or goes here any more. Save your messages in the settings; then log out there, forgetting everything here, and log in again.',
    toSettings: 'To the settings',
    signedOut: 'You were signed out. What you write is kept here.',
    signIn: 'Sign in again',
    signInTitle: 'Sign in again',
    signInLead: (name: string) =>
      `Your session is over. Your messages are still here, ${name}; waiting ones go out once you are back.`,
  },

  chat: {
    messages: (name: string) => `Messages with ${name}`,
    empty: (name: string) =>
      `What you and ${name} write can be read by the two of you only. To be sure that it is really ${name}, compare numbers.`,
    emptyPlain: (name: string) =>
      `${name} uses a program without our keys: what you write goes as plain text and the server could read it.`,
    emptyNote: 'Notes to yourself. They are encrypted like everything else and reach your other browsers.',
    compare: 'Compare numbers',
    older: 'Loading older messages…',
    beginning: 'Here this browser’s messages begin.',
    unreadLine: 'New messages',
    latest: 'Jump to the latest',
    latestCount: (n: number) => `${count(n, 'new message', 'new messages')}`,
    compose: (name: string) => `Message to ${name}`,
    composeNote: 'Note to yourself',
    send: 'Send',
    tooLong: 'That is too long for one message. Please make it shorter or send it in parts.',
    own: 'You',
    sentBy: (name: string, text: string) => `${name}: ${text}`,
    state: {
      waiting: 'Waiting to be sent',
      accepted: 'Sent',
      stored: 'Delivered',
      read: 'Read',
      failed: 'Not sent',
      expired: 'Not fetched in time',
    },
    sendAgain: 'Send again',
    tryNow: 'Try now',
    discard: 'Discard',
    expired: 'Nobody fetched this message in time, so the server let it go. You still have it here.',
    refusals: {
      no_such_user: 'Not sent: there is no account of this name any more.',
      account_disabled: 'Not sent: an account was switched off by the people who run this server. Please ask them.',
    } as Readonly<Record<string, string>>,
    held: {
      mailbox_full: 'Their mailbox is full, so this waits here. We try again by ourselves.',
      too_many: 'That was a lot in a short time, so this waits a little. We try again by ourselves.',
      disk_full: 'The server has no room at the moment, so this waits here. We try again by ourselves.',
      'no key packages':
        'Their devices have left nothing on the server to lock this with, so it waits here rather than go with less protection than usual. It goes by itself when one of them is online.',
    } as Readonly<Record<string, string>>,
    showUndelivered: 'Show',
    about: 'About this conversation',
    details: 'Details of this message',
    mark: {
      verified: 'Verified',
      'new key': 'Signed with a new key.',
      'earlier key': 'Signed with an earlier key.',
      unsigned: 'Not signed: anybody could have written this.',
      forged: 'This message does not check. It may be forged, so it is not shown.',
    },
    missing: (count: number, from: string) =>
      count === 1 ? `1 message from ${from} is missing.` : `${count} messages from ${from} are missing.`,
    missingOwn: (n: number) => `${count(n, 'message', 'messages')} that you wrote elsewhere did not come here.`,
    unread: (count: number, from: string) =>
      count === 1
        ? `1 message from ${from} cannot be read in this browser yet.`
        : `${count} messages from ${from} cannot be read in this browser yet.`,
    unreadOwn: (n: number) => `${count(n, 'message', 'messages')} that you wrote elsewhere cannot be read here yet.`,
    missingState: {
      asking: (n: number): string => (n === 1 ? 'It was asked for again.' : 'They were asked for again.'),
      gone: (n: number): string => (n === 1 ? 'It could not be had back.' : 'They could not be had back.'),
    },
    why: 'Why?',
    missingWhy: {
      asking:
        'Messages are counted inside the encryption, so this browser sees when one does not come. It may have waited here too long, or the server may have held it back. The browser that wrote it sends it again when both are online, and it takes its place here.',
      gone: 'Messages are counted inside the encryption, so this browser sees when one does not come. The browser that wrote it no longer has it, took it back, or did not answer when asked several times. If it matters, ask for it.',
    },
    unreadWhy: {
      asking:
        'Every message is locked with a key of its own, for the devices that were in the conversation when it was written. This browser was not one of them: it is new, or was put back to an earlier state. The browser that wrote it locks it once more for this one when it is online, and it takes its place here. What is written from now on can be read at once.',
      gone: 'Every message is locked with a key of its own, for the devices that were in the conversation when it was written. This browser was not one of them, and the browser that wrote it no longer has it, took it back, or did not answer when asked several times. Your other devices may have it.',
    },
    askAgain: 'Ask again now',
    mended: 'The missing messages have come.',
    keyChanged: (name: string) => `The key of ${name} has changed.`,
    keyChangedWhy:
      'That happens when someone starts afresh, and it would happen if somebody stood between you. Compare numbers before you send something private.',
    mustConfirm: 'You had compared numbers with the old key. Sending waits until you say so.',
    confirm: 'Go on with the new key',
    confirmQuestion: (name: string) => `Go on with the new key of ${name}?`,
    confirmLong: (name: string) =>
      `Ask ${name} by another way, a call for instance, whether they started afresh. Waiting messages are sent with the new key as soon as you go on.`,
    trust: {
      compared: 'Compared in person',
      same: 'Encrypted',
      changed: 'New key',
      plain: 'Not encrypted',
      self: 'Only you',
    },
    searching: (name: string) => `Looking for ${name}…`,
  },

  keys,
  groups,
  search,
  acts,
  carried,

  fading,

  insecure: {
    title: 'This connection is not safe enough',
    text: 'Chatnip encrypts in your browser, and browsers allow that only over https, or on the computer itself at http://localhost.',
    todo: 'Open the address with https. If you run this server, put it behind a proxy with a certificate; docs/self-hosting.md tells how.',
  },

  lost: {
    title: 'Nothing here',
    text: 'This address leads nowhere. The cat looked everywhere.',
    home: 'To the first page',
  },
}

/** Every text of the app. A language that lacks one does not compile. */
export type Texts = typeof en
