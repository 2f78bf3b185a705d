import type { Clock, Randomness } from '@chatnip/sdk'

export const browserClock: Clock = {
  now: () => Date.now(),
  timer: (ms, run) => {
    const id = setTimeout(run, ms)
    return () => {
      clearTimeout(id)
    }
  },
}

export const browserRandomness: Randomness = {
  bytes: (count) => crypto.getRandomValues(new Uint8Array(count)),
  uuid: () => crypto.randomUUID(),
  number: () => (crypto.getRandomValues(new Uint32Array(1))[0] ?? 0) / 2 ** 32,
}

/** What this browser is called in the list of devices, as well as it can be told. */
export const deviceName = (agent: string): string => {
  const browser = [
    ['Firefox/', 'Firefox'],
    ['Edg/', 'Edge'],
    ['OPR/', 'Opera'],
    ['Chrome/', 'Chrome'],
    ['Safari/', 'Safari'],
  ].find(([sign]) => sign !== undefined && agent.includes(sign))?.[1]
  const system = [
    ['iPhone', 'iPhone'],
    ['iPad', 'iPad'],
    ['Android', 'Android'],
    ['Windows', 'Windows'],
    ['Mac OS', 'Mac'],
    ['CrOS', 'Chromebook'],
    ['Linux', 'Linux'],
  ].find(([sign]) => sign !== undefined && agent.includes(sign))?.[1]
  return [browser ?? 'Browser', system].filter((part) => part !== undefined).join(', ')
}
