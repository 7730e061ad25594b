import type { CommandIo } from './io.js'

/**
 * One command.
 *
 * @param args what follows its name on the command line
 * @returns the exit status
 * @throws {AffectdError} printed as one line by `main`, with the error's own exit status
 */
export type Command = (args: readonly string[], io: CommandIo) => Promise<number>

/** A command's entry in the overall help. */
export interface CommandEntry {
  readonly name: string
  readonly summary: string
  /** Commands load what they need when they run: `--help` stays instant on a small board. */
  load(): Promise<Command>
}
