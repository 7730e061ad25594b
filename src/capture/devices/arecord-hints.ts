import { execFile } from 'node:child_process'
import { cleanText } from './clean-text.js'
import type { ListGap } from './device-list.js'
import { parsePcmHints, type PcmHint } from './pcm-hints.js'

/** A plugin that asks a sound server which hangs would hold arecord for ever. */
const LIST_LIMIT_MS = 5_000
const MAX_OUTPUT_BYTES = 1024 * 1024

/** What `arecord -L` answered. */
export interface HintListing {
  /** False: the program is missing. */
  readonly isInstalled: boolean
  readonly hints: readonly PcmHint[]
  readonly gap?: ListGap
}

/**
 * Runs `arecord -L`. Never rejects: what goes wrong is a gap.
 *
 * @param signal ends the child, if it is still running
 */
export function listPcmHints(command: string, signal: AbortSignal | undefined): Promise<HintListing> {
  const failed = (why: string, isInstalled = true): HintListing => ({
    isInstalled,
    hints: [],
    gap: { kind: 'no_arecord', text: `${command} -L ${why}, so ALSA's own list is missing` },
  })
  return new Promise((resolve) => {
    execFile(
      command,
      ['-L'],
      {
        timeout: LIST_LIMIT_MS,
        killSignal: 'SIGKILL',
        maxBuffer: MAX_OUTPUT_BYTES,
        ...(signal === undefined ? {} : { signal }),
      },
      (error, stdout, stderr) => {
        if (error === null) return resolve({ isInstalled: true, hints: parsePcmHints(stdout) })
        if (error.code === 'ENOENT') return resolve(failed('cannot be started (install alsa-utils)', false))
        if (error.killed === true) return resolve(failed(`did not end within ${LIST_LIMIT_MS / 1000} s`))
        const said = cleanText(stderr.trim().split('\n').at(-1) ?? '')
        resolve(failed(`failed (${said || String(error.code ?? error.signal)})`))
      },
    )
  })
}
