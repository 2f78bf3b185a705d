import { createInterface } from 'node:readline/promises'
import { runAdmin } from './admin/run.ts'

/** `npm run admin -- …`: for the people who run the server, on the machine itself. */

async function ask(question: string): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  try {
    // Ctrl-D and Ctrl-C close it without an answer.
    const left = new Promise<string>((resolve) => terminal.once('close', () => resolve('')))
    return await Promise.race([terminal.question(question), left])
  } finally {
    terminal.close()
  }
}

// Whoever reads along (`| head`) may have seen enough.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1))

process.exitCode = await runAdmin(process.argv.slice(2), {
  env: process.env,
  // npm changes to the project's folder; INIT_CWD is where the person stands.
  folder: process.env['INIT_CWD'] ?? process.cwd(),
  now: () => Date.now(),
  print: (line) => process.stdout.write(`${line}\n`),
  complain: (line) => process.stderr.write(`${line}\n`),
  ask: process.stdin.isTTY ? ask : null,
})
