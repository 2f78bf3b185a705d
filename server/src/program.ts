import { systemClock } from './clock.ts'
import { ConfigError, prepareDataFolder, readConfig } from './config.ts'
import { faultOf, openLog } from './log.ts'
import type { Log } from './log.ts'
import { openParts } from './parts.ts'
import type { RunningServer } from './server.ts'

/** The server as a program: reads the environment, puts the concrete parts together, listens, and drains when told to stop. */

const EXIT_WITHIN_MS = 4_800

async function start(): Promise<{ server: RunningServer; log: Log }> {
  const config = readConfig(process.env)
  prepareDataFolder(config.data)
  const log = openLog(config.log)
  // The storage thread starts on another core while this one still loads the rest.
  const [{ store, bus, files }, { startServer }] = await Promise.all([
    openParts(config, { log }),
    import('./server.ts'),
  ])
  try {
    const server = await startServer(config, { store, bus, files, clock: systemClock(), log })
    return { server, log }
  } catch (cause) {
    await store.close()
    throw cause
  }
}

/** Why it did not start, in one sentence for whoever started it. */
function reasonOf(cause: unknown): string {
  if (cause instanceof ConfigError || !(cause instanceof Error))
    return String(cause instanceof Error ? cause.message : cause)
  const code = 'code' in cause ? cause.code : undefined
  const where = `${process.env['HOST'] ?? '127.0.0.1'}:${process.env['PORT'] ?? '5000'}`
  if (code === 'EADDRINUSE')
    return `Something else is already listening at ${where}. Stop it, or choose another port with PORT.`
  if (code === 'EACCES') return `Listening at ${where} is not permitted. Choose a port above 1023 with PORT.`
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
    return `This machine has no address ${where}. Set HOST to one that it has.`
  return cause.message
}

/** Stops in order; when that takes too long, stops anyway: what was accepted is on disk. */
function stopOnSignals({ server, log }: { server: RunningServer; log: Log }): void {
  const stop = () => {
    setTimeout(() => process.exit(0), EXIT_WITHIN_MS).unref()
    server.stop().then(
      () => process.exit(0),
      (cause: unknown) => {
        log.error({ fault: faultOf(cause) }, 'Stopping failed.')
        process.exit(1)
      },
    )
  }
  process.once('SIGTERM', stop)
  process.once('SIGINT', stop)
}

/** After an error that nobody foresaw nothing can be trusted to be whole: say so and let whoever watches start it again. */
function exitOnFault(log: Log): void {
  const exit = (thrown: unknown) => {
    log.error({ fault: faultOf(thrown) }, 'An unforeseen error; the server stops.')
    process.exit(1)
  }
  process.on('uncaughtException', exit)
  process.on('unhandledRejection', exit)
}

/** Starts, says where it listens, and exits with 1 and one sentence when it cannot. */
export async function run(): Promise<void> {
  try {
    const running = await start()
    exitOnFault(running.log)
    stopOnSignals(running)
    process.stdout.write(`Chatnip is ready at ${running.server.address}\n`)
  } catch (cause) {
    process.stderr.write(`${reasonOf(cause)}\n`)
    process.exit(1)
  }
}
