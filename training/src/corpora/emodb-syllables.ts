import { existsSync, readFileSync } from 'node:fs'
import { SAMPLE_RATE_HZ } from '../../../src/units.js'

/** Where something begins, in seconds: a syllable, a pause `(` or the final pause `.`. */
export interface SyllableStart {
  readonly atS: number
  readonly name: string
}

/**
 * Syllable times of an EMO-DB clip from its `.silb` file: lines of a time and the syllable that begins then.
 *
 * @returns null if the file is missing, empty or does not end with the final pause
 */
export function syllableStarts(path: string): SyllableStart[] | null {
  if (!existsSync(path)) return null
  const starts = readFileSync(path, 'latin1')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields.length === 2)
    .map(([time, name]) => ({ atS: Number(time), name: name as string }))
  return starts.at(-1)?.name === '.' ? starts : null
}

/** Whether a syllable goes on at a sample. */
export function isSpeechAt(starts: readonly SyllableStart[], sample: number): boolean {
  const present = starts.findLast(({ atS }) => atS <= sample / SAMPLE_RATE_HZ)
  return present !== undefined && present.name !== '.' && !present.name.startsWith('(')
}
