import type { CommandIo } from '../../src/cli/io.js'

/** Streams that keep what is written to them. */
export interface MemoryIo extends CommandIo {
  readonly stdout: string
  readonly stderr: string
}

export function memoryIo(env: NodeJS.ProcessEnv = {}, terminal: Partial<CommandIo> = {}): MemoryIo {
  const written = { stdout: '', stderr: '' }
  return {
    isTty: false,
    ...terminal,
    env,
    out: (text) => void (written.stdout += text),
    err: (text) => void (written.stderr += text),
    get stdout() {
      return written.stdout
    },
    get stderr() {
      return written.stderr
    },
  }
}
