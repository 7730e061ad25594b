import { InputError } from '../errors.js'
import { createFeatureStatistics, type FeatureStatistics } from './feature-statistics.js'

const SCHEMA = 'affectd.baseline/1'
const FIELDS = ['schema', 'feature_params_hash', 'frames', 'mean', 'variance'] as const

/** Counts up to here are exact in float32: 93 hours of speech. */
const MAX_FRAMES = 2 ** 24
/**
 * No MFCC is greater: a logarithm of power lies within 28 of 0, and an orthonormal DCT of n of them within 28·√n, 224
 * of 64.
 */
const MAX_MAGNITUDE = 1000

/** What is expected of a file. */
export interface BaselineIdentity {
  /** Statistics of other features than these mean nothing here. */
  readonly featureParamsHash: string
  readonly nCoefficients: number
}

/**
 * A voice's statistics as JSON, about 2 kB. Numbers are written so that the same float32 is read back.
 *
 * @param statistics of at least one frame
 */
export function encodeBaseline(
  { frames, mean, variance }: Readonly<FeatureStatistics>,
  { featureParamsHash }: BaselineIdentity,
): string {
  const fields = {
    schema: SCHEMA,
    feature_params_hash: featureParamsHash,
    frames,
    mean: Array.from(mean),
    variance: Array.from(variance),
  } satisfies Record<(typeof FIELDS)[number], unknown>
  return `${JSON.stringify(fields)}\n`
}

/**
 * Reads what `encodeBaseline` wrote; anything else is refused.
 *
 * @throws {InputError} BASELINE_REFUSED
 */
export function parseBaseline(bytes: Uint8Array, expected: BaselineIdentity): FeatureStatistics {
  const file = parseObject(bytes)
  if (file['schema'] !== SCHEMA) throw refused(`its schema is not ${SCHEMA}`)
  const unknown = Object.keys(file).find((name) => !FIELDS.some((field) => field === name))
  if (unknown !== undefined) throw refused('it has a field that is unknown here')
  if (file['feature_params_hash'] !== expected.featureParamsHash) {
    throw refused('it is of other features than this version computes')
  }
  const frames = file['frames']
  if (!isWithin(frames, 1, MAX_FRAMES) || !Number.isInteger(frames)) {
    throw refused(`frames is not an integer from 1 to ${MAX_FRAMES}`)
  }
  const statistics = createFeatureStatistics(expected.nCoefficients)
  statistics.frames = frames
  readInto(file['mean'], 'mean', -MAX_MAGNITUDE, MAX_MAGNITUDE, statistics.mean)
  readInto(file['variance'], 'variance', 0, MAX_MAGNITUDE ** 2, statistics.variance)
  return statistics
}

function parseObject(bytes: Uint8Array): Readonly<Record<string, unknown>> {
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    throw refused('it is not UTF-8 JSON')
  }
  if (typeof value !== 'object' || value === null) throw refused('it is not a JSON object')
  return value as Record<string, unknown>
}

function readInto(list: unknown, name: string, min: number, max: number, out: Float32Array): void {
  if (!Array.isArray(list) || list.length !== out.length) {
    throw refused(`${name} is not a list of ${out.length} numbers`)
  }
  list.forEach((value: unknown, c) => {
    if (!isWithin(value, min, max)) throw refused(`${name}[${c}] is not a number from ${min} to ${max}`)
    out[c] = value
  })
}

function isWithin(value: unknown, min: number, max: number): value is number {
  return typeof value === 'number' && value >= min && value <= max
}

function refused(why: string): InputError {
  return new InputError('BASELINE_REFUSED', `the kept voice baseline cannot be used: ${why}`)
}
