import { readFileSync, writeFileSync } from 'node:fs'
import { openRelays } from './parts/relay.ts'
import { medianOf } from './kit/report.ts'

/**
 * `npm run bench -- check`: has the relay become slower? Chatnip and a bare `ws` relay in turn, in one run on one machine, so that what counts is
 * how much more CPU Chatnip needs: the median of that ratio against the one in `expected.json`. More than 20 % above fails.
 * `check accept` writes the ratio down as the new one.
 */
const EXPECTED = new URL('expected.json', import.meta.url)
const MAY_GROW = 1.2
const ROUNDS = 5
const LOAD = { window: 32, messages: 15_000, bytes: 400 }

/** @returns whether all is well */
export async function check(accept: boolean): Promise<boolean> {
  const ratio = await measure()
  if (accept) writeFileSync(EXPECTED, `${JSON.stringify({ relayToBareCpu: ratio }, null, 2)}\n`)
  const { relayToBareCpu: expected }: { relayToBareCpu: number } = JSON.parse(readFileSync(EXPECTED, 'utf8'))
  const isFine = ratio <= expected * MAY_GROW
  console.log(
    `Chatnip's relay takes ${ratio} times the CPU of a bare ws relay; ${expected} is written down, and up to ` +
      `${medianOf([expected * MAY_GROW])} is let pass: ${isFine ? 'fine' : 'TOO SLOW'}`,
  )
  return isFine
}

async function measure(): Promise<number> {
  const [chatnip, bare] = await openRelays(LOAD)
  const ratios: number[] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    const [ours, theirs] = [await chatnip.run(), await bare.run()]
    ratios.push(ours.cpuSecondsPer10k / theirs.cpuSecondsPer10k)
  }
  await Promise.all([chatnip.stop(), bare.stop()])
  return medianOf(ratios)
}
