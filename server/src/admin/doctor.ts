import { databaseFile } from '../config.ts'
import type { Command, Outcome } from './command.ts'
import { counted } from './columns.ts'
import { checkDatabase } from './doctor/database.ts'
import { checkShared } from './doctor/shared.ts'
import { checkFiles } from './doctor/files.ts'
import { checkFolder } from './doctor/folder.ts'
import type { Finding, Verdict } from './doctor/finding.ts'
import { checkClock, checkNode, witnesses } from './doctor/machine.ts'
import { checkProxy } from './doctor/proxy.ts'
import { checkServer } from './doctor/server.ts'
import { checkSettings } from './doctor/settings.ts'

function summary(findings: readonly Finding[]): Outcome {
  const count = (verdict: Verdict) => findings.filter((finding) => finding.verdict === verdict).length
  const [bad, look] = [count('bad'), count('look')]
  const last =
    bad + look === 0
      ? 'All is well.'
      : `${counted(bad, 'thing is', 'things are')} bad, ${counted(look, 'thing is', 'things are')} worth a look.`
  return {
    lines: [...findings.map(({ verdict, sentence }) => `${verdict.padEnd(4)}  ${sentence}`), last],
    json: findings,
    failed: bad > 0,
  }
}

const doctor: Command = {
  usage: 'doctor',
  summary: 'Looks whether all is well: settings, folder, database, disk, clock, proxy, the running server.',
  examples: ['doctor'],
  run: async ({ env, now }) => {
    const { findings, config } = checkSettings(env)
    const file = databaseFile(config.data)
    // The files' times are read first: looking at a database may write to it.
    const seen = witnesses(file)
    const folder = checkFolder(config.data)
    const database = config.databaseUrl === null ? await checkDatabase(file) : await checkShared(config.databaseUrl)
    return summary([
      checkNode(),
      ...findings,
      ...checkProxy(config),
      ...folder,
      ...(await checkFiles(config)),
      ...database.findings,
      checkClock(now(), [...seen, database.newest ?? 0]),
      await checkServer(config),
    ])
  },
}

export const DOCTOR_COMMANDS: readonly Command[] = [doctor]
