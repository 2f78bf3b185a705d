import { randomInt } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { ConfigError } from '../config.ts'

const OUR_OWN = new URL('../../questions.txt', import.meta.url)

/** The bank behind get_fill_in_the_blanks. */
export interface Questions {
  ask(): string
  isRight(question: string, answer: string): boolean
}

const plain = (text: string) => text.trim().toLowerCase()

/**
 * Reads `question|answer` lines; empty lines and lines that begin with # are skipped.
 * @param file null: our own
 * @throws ConfigError when the file cannot be read or has no usable line
 */
export function openQuestions(file: string | null): Questions {
  const lines = readLines(file ?? OUR_OWN)
  if (lines.length === 0)
    throw new ConfigError('The file of CHATNIP_QUESTIONS has no line of the form question|answer.')
  const answers = new Map(lines.map(({ question, answer }) => [plain(question), plain(answer)]))
  const questions = lines.map(({ question }) => question)
  return {
    ask: () => questions[randomInt(questions.length)] ?? '',
    isRight: (question, answer) => answers.get(plain(question)) === plain(answer),
  }
}

function readLines(file: string | URL): { question: string; answer: string }[] {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (cause) {
    throw new ConfigError(`The file ${String(file)} of CHATNIP_QUESTIONS cannot be read.`, { cause })
  }
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#'))
  return lines.map((line) => {
    const [question = '', answer = '', more] = line.split('|').map((part) => part.trim())
    if (question !== '' && answer !== '' && more === undefined) return { question, answer }
    throw new ConfigError(`A line of CHATNIP_QUESTIONS is not of the form question|answer: "${line.trim()}".`)
  })
}
