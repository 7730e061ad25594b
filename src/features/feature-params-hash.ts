import { createHash } from 'node:crypto'
import type { FeatureParams } from './feature-params.js'

/**
 * SHA-256, lower-case hex, of the params as canonical JSON: keys sorted, no white space. A manifest's
 * `feature_params` gives the same hash however its keys are ordered.
 */
export function featureParamsHash(params: FeatureParams | Readonly<Record<string, unknown>>): string {
  const sorted = Object.entries(params).sort(([a], [b]) => (a < b ? -1 : 1))
  return createHash('sha256')
    .update(JSON.stringify(Object.fromEntries(sorted)))
    .digest('hex')
}
