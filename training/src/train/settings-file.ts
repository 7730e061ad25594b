import { readFileSync } from 'node:fs'
import { InputError } from '../../../src/errors.js'

/**
 * Settings of a recipe from a file, as `npm run tune` writes it: JSON of the shape of "recipe" in run.json, with what
 * is to differ from the defaults.
 *
 * @returns assignments as `--set` takes them: `augment.mixupAlpha=0.3`
 * @throws {InputError} `TRAINING_SETTINGS` if the file is no JSON object
 */
export function readSettings(path: string): string[] {
  let settings: unknown
  try {
    settings = JSON.parse(readFileSync(path, 'utf8'))
  } catch (cause) {
    throw new InputError('TRAINING_SETTINGS', `${path} is no file of JSON; npm run tune writes one`, {
      cause,
    })
  }
  if (!isRecord(settings)) {
    throw new InputError('TRAINING_SETTINGS', `${path} holds no object; see "recipe" in a run.json`)
  }
  return assignmentsOf(settings)
}

/** Each leaf of nested settings as `path=value`. */
export function assignmentsOf(settings: Readonly<Record<string, unknown>>, prefix = ''): string[] {
  return Object.entries(settings).flatMap(([key, value]) => {
    const path = `${prefix}${key}`
    if (isRecord(value)) return assignmentsOf(value, `${path}.`)
    return [`${path}=${typeof value === 'string' ? value : JSON.stringify(value)}`]
  })
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
