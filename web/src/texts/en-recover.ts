/** For who forgot their password. They come with those pages. */
export const recover = {
  title: 'Forgotten password',
  chooseTitle: 'What do you have?',
  haveCodeHint: 'The twelve words. Everything comes back.',
  haveFresh: 'A fresh-start code',
  haveFreshHint: 'From whoever runs this server. You begin anew under your name.',
  haveNothing: 'Neither',
  code: 'Recovery code',
  codeHint: 'Twelve words in order. Capital letters do not matter, the first four letters of each are enough.',
  codeWrong: 'These are not twelve words of a recovery code. Check for typing mistakes.',
  newPassword: 'New password',
  submitCode: 'Set the new password',
  freshCode: 'Fresh-start code',
  freshLead: 'Starting afresh gives your account new keys. Before you do, know what is gone:',
  freshLost: [
    'Messages that wait for you on the server.',
    'The messages in browsers where you are not signed in.',
    'Your contacts will see that your key changed, and comparisons in person must be made again.',
  ] as readonly string[],
  freshKept: 'Your name and your picture stay.',
  submitFresh: 'Start afresh',
  nothing:
    'Without the recovery code nobody can open your keys, we cannot either. Ask the people who run this server for a fresh-start code: with it you keep your name and begin anew. If you are still signed in in another browser, make a new recovery code in its settings, then come back here.',
  working: 'Opening your keys…',
  done: 'Your password is set. All browsers were signed out; log in with the new one.',
  keysLost: 'The code is right, but the stored keys are damaged and cannot be opened. You need a fresh start.',
}

export type RecoverTexts = typeof recover
