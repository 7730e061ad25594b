import type { LevelledLogger } from '../../src/ops/logger.js'

export interface LogLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error'
  readonly fields: Readonly<Record<string, unknown>>
  readonly text: string
}

/** A logger that keeps what it is told. */
export function recordingLogger(lines: LogLine[] = []): LevelledLogger & { readonly lines: LogLine[] } {
  const at =
    (level: LogLine['level']) =>
    (fields: object, text: string): void => {
      lines.push({ level, fields: fields as Record<string, unknown>, text })
    }
  return {
    lines,
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: () => recordingLogger(lines),
    setLevel: () => undefined,
  }
}
