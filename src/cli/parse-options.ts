import { parseArgs, type ParseArgsConfig } from 'node:util'
import { nearestKey } from '../config/nearest-key.js'
import { UsageError } from '../errors.js'

type Options = NonNullable<ParseArgsConfig['options']>

type Parsed<O extends Options> = ReturnType<
  typeof parseArgs<{ args: string[]; options: O & typeof HELP; allowPositionals: true }>
>

const HELP = { help: { type: 'boolean', short: 'h' } } as const

/**
 * A command's options and positional arguments; `--help` is always among them.
 *
 * @throws {UsageError} USAGE_ARGUMENTS for an unknown option, a missing value or one too many
 */
export function parseOptions<const O extends Options>(
  command: string,
  args: readonly string[],
  options: O,
): Parsed<O> {
  const all = { ...options, ...HELP }
  try {
    return parseArgs({ args: [...args], options: all, allowPositionals: true })
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException
    if (code?.startsWith('ERR_PARSE_ARGS_') !== true) throw cause
    throw new UsageError('USAGE_ARGUMENTS', `affectd ${command}: ${explain(message, Object.keys(all))}`, {
      cause,
    })
  }
}

/** @throws {UsageError} USAGE_ARGUMENTS if there are any */
export function refusePositionals(command: string, positionals: readonly string[]): void {
  if (positionals.length === 0) return
  throw new UsageError('USAGE_ARGUMENTS', `affectd ${command} takes no '${positionals[0]}'; see --help`)
}

function explain(message: string, names: readonly string[]): string {
  const unknown = /^Unknown option '(--?[^']*)'/.exec(message)?.[1]
  if (unknown === undefined) return `${message.split('\n')[0].replace(/\.$/, '')}; see --help`
  const nearest = nearestKey(unknown.replace(/^-+/, ''), names)
  return `unknown option ${unknown}; ${nearest === undefined ? 'see --help' : `did you mean --${nearest}?`}`
}
