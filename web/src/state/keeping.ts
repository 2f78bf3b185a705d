import { askToKeep, readKeeping } from '../device/keeping.ts'

/** That this browser was asked. What it answered it remembers itself. */
const ASKED = 'chatnip asked to keep'

/**
 * There is something to keep now: asks the browser once to do so, whatever comes of it. Not at the first sight of the page, where
 * nobody could know what the question is about.
 */
export const askToKeepOnce = async (): Promise<void> => {
  if (localStorage.getItem(ASKED) !== null || (await readKeeping()) !== 'may be cleared') return
  localStorage.setItem(ASKED, 'yes')
  await askToKeep()
}

/** Everything here is forgotten: whoever comes next is asked anew. */
export const forgetAsking = (): void => {
  localStorage.removeItem(ASKED)
}
