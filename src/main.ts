import { COMMANDS } from './cli/commands.js'
import type { CommandIo } from './cli/io.js'
import { createProcessIo } from './cli/process-io.js'
import { reportError } from './cli/report-error.js'
import { packageVersion } from './cli/version.js'
import { nearestKey } from './config/nearest-key.js'
import { UsageError } from './errors.js'

/**
 * The program. Sets `process.exitCode` and returns; the process ends when nothing is left to do.
 *
 * @param argv what follows the program's name
 * @param io   the process's own unless a test says otherwise
 */
export async function main(argv: readonly string[], io: CommandIo = createProcessIo()): Promise<void> {
  const { isVerbose, args } = takeVerbose(argv)
  const fail = (error: unknown): number => {
    const report = reportError(error, isVerbose)
    io.err(report.text)
    return report.exitCode
  }
  const crash = (error: unknown): never => process.exit(fail(error))
  process.on('uncaughtException', crash)
  try {
    process.exitCode = await dispatch(args, io)
  } catch (error) {
    process.exitCode = fail(error)
  } finally {
    process.off('uncaughtException', crash)
  }
}

/** @returns the exit status */
async function dispatch([name, ...args]: readonly string[], io: CommandIo): Promise<number> {
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    io.out(overallHelp())
    // Without a command there is nothing that was asked for: scripts must notice.
    return name === undefined ? 64 : 0
  }
  if (name === '--version' || name === '-V') {
    io.out(`${packageVersion()}\n`)
    return 0
  }
  const entry = COMMANDS.find((command) => command.name === name)
  if (entry === undefined) throw unknownCommand(name)
  const command = await entry.load()
  return command(args, io)
}

/** `--verbose` may stand anywhere before `--`. */
function takeVerbose(argv: readonly string[]): { isVerbose: boolean; args: readonly string[] } {
  const end = argv.includes('--') ? argv.indexOf('--') : argv.length
  const args = argv.filter((arg, index) => arg !== '--verbose' || index > end)
  return { isVerbose: args.length < argv.length, args }
}

function unknownCommand(name: string): UsageError {
  const isOption = name.startsWith('-')
  const nearest = nearestKey(
    name,
    COMMANDS.map((command) => command.name),
  )
  const hint = nearest === undefined || isOption ? 'see affectd --help' : `did you mean ${nearest}?`
  return new UsageError(
    'USAGE_UNKNOWN_COMMAND',
    `unknown ${isOption ? 'option' : 'command'} ${name}; ${hint}`,
  )
}

function overallHelp(): string {
  const width = Math.max(...COMMANDS.map(({ name }) => name.length))
  const lines = COMMANDS.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`)
  return `affectd listens, judges what emotion the speech carries, and says so over MQTT. No audio leaves the device.

Usage: affectd COMMAND [OPTION]…

${lines.join('\n')}

  --help     of a command: affectd COMMAND --help
  --version  print the version
  --verbose  print stack traces with errors

Exit status: 0 done · 64 wrong usage · 66 bad input · 69 device or broker unavailable · 70 our bug · 78 bad
configuration or model. Errors and what to do about them: docs/errors.md
`
}
