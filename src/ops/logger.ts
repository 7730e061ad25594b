import pino from 'pino'
import { maskUrlCredentials } from './mask-credentials.js'
import { formatLogLine } from './pretty-log.js'

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent'

type LogMethod = (fields: object, text: string) => void

/** What the stages know of logging. Fields are snake_case, with their unit in the name. */
export interface Logger {
  readonly debug: LogMethod
  readonly info: LogMethod
  readonly warn: LogMethod
  readonly error: LogMethod
  /** A logger that adds these fields to every line. */
  child(fields: object): Logger
}

/** A logger whose level can be changed while it is used; its children keep theirs. */
export interface LevelledLogger extends Logger {
  setLevel(level: LogLevel): void
}

export interface LogStream {
  write(text: string): unknown
  readonly isTTY?: boolean | undefined
}

export interface LoggerOptions {
  readonly level: LogLevel
  /** `auto`: readable lines on a terminal, JSON elsewhere. */
  readonly format: 'auto' | 'json' | 'pretty'
  /** stderr unless a test says otherwise: stdout carries only what was asked for. */
  readonly stream?: LogStream
  /** Colours in readable lines; default: on a terminal, unless NO_COLOR is set. */
  readonly color?: boolean
}

const SECRET_KEYS = [
  'password',
  'secret',
  'token',
  'passphrase',
  'private_key',
  'credentials',
  'authorization',
]

/** A pino logger whose secrets are masked: fields with a secret's name down to three levels, and credentials in URLs. */
export function createLogger(options: LoggerOptions): LevelledLogger {
  const stream = options.stream ?? process.stderr
  const isTerminal = stream.isTTY === true
  const isPretty = options.format === 'pretty' || (options.format === 'auto' && isTerminal)
  const noColor = process.env['NO_COLOR']
  const color = options.color ?? (isTerminal && (noColor === undefined || noColor === ''))
  const destination = {
    write(line: string): void {
      const masked = maskUrlCredentials(line)
      stream.write(isPretty ? formatLogLine(masked, color) : masked)
    },
  }
  const logger = pino(
    {
      level: options.level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: SECRET_KEYS.flatMap((key) => [key, `*.${key}`, `*.*.${key}`]), censor: '***' },
    },
    destination,
  )
  return Object.assign(logger, {
    setLevel(level: LogLevel): void {
      logger.level = level
    },
  })
}
