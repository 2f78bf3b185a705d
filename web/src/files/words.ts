import type { MessageView } from '@chatnip/sdk'
import { t } from '../texts/index.ts'

/** What a message carries, in a few words: for the list, and for whoever hears it. */
export const carriedWords = ({ files }: Pick<MessageView, 'files'>): string => {
  const { carried } = t()
  if (files.some(({ voice }) => voice !== null)) return carried.voice
  const isPhotos = files.every(({ picture }) => picture !== null)
  return isPhotos ? carried.photos(files.length) : files.map(({ name }) => name).join(', ')
}

/** The words of a message; of one that has none, what it carries. */
export const saidIn = (message: Pick<MessageView, 'text' | 'files'>): string =>
  message.text === '' && message.files.length > 0 ? carriedWords(message) : message.text
