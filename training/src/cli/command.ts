import { fileURLToPath } from 'node:url'
import { parseArgs, type ParseArgsConfig } from 'node:util'
import { AffectdError, ConfigError, UsageError } from '../../../src/errors.js'

type Options = NonNullable<ParseArgsConfig['options']>
type Values<T extends Options> = ReturnType<typeof parseArgs<{ options: T }>>['values']

/** Features are kept here unless an option says otherwise. */
export const DEFAULT_CACHE = fileURLToPath(new URL('../../cache', import.meta.url))

/**
 * Runs a command of the workbench: parses its options, prints help, and turns errors into one line and an exit
 * status.
 */
export async function runCommand<T extends Options>(
  help: string,
  options: T,
  command: (values: Values<T>, positionals: readonly string[]) => Promise<void>,
  allowPositionals = false,
): Promise<void> {
  // npm runs a workspace's script in the workspace; paths are meant from where the person stands.
  const standing = process.env['INIT_CWD']
  if (standing) process.chdir(standing)
  try {
    const parsed = parse(help, options, allowPositionals)
    if (parsed) await command(parsed.values, parsed.positionals)
  } catch (error) {
    if (!(error instanceof AffectdError)) throw error
    process.stderr.write(`${error.code}: ${error.message}\n`)
    process.exitCode = error.exitCode
  }
}

function parse<T extends Options>(
  help: string,
  options: T,
  allowPositionals: boolean,
): { values: Values<T>; positionals: readonly string[] } | null {
  if (process.argv.includes('--help') || process.argv.includes('-h')) {
    process.stdout.write(`${help.trim()}\n`)
    return null
  }
  try {
    const { values, positionals } = parseArgs({ options, allowPositionals })
    return { values: values as Values<T>, positionals }
  } catch (cause) {
    throw new UsageError('USAGE_ARGUMENTS', `${(cause as Error).message}; see --help`, { cause })
  }
}

/** Folder of the decoded corpora: the option, else `CORPORA_DIR`. */
export function corporaRoot(option: string | undefined): string {
  const root = option ?? process.env['CORPORA_DIR']
  if (!root) {
    throw new ConfigError('CORPUS_ROOT', 'say where the decoded corpora lie: --corpora DIR or CORPORA_DIR')
  }
  return root
}

export function wholeNumber(name: string, text: string, min: number, max: number): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < min || value > max) {
    throw new UsageError(
      'USAGE_ARGUMENTS',
      `--${name} is '${text}'; give a whole number from ${min} to ${max}`,
    )
  }
  return value
}

/** One line that is rewritten on a terminal; elsewhere only the lines marked as worth keeping. */
export function progressLine(text: string, keep = false): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}${keep ? '\n' : ''}`)
  else if (keep) process.stderr.write(`${text}\n`)
}
