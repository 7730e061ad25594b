import { createHash } from 'node:crypto'
import { ConfigError } from '../../errors.js'
import { isRevision, type Desired } from './desired.js'
import type { Verdict } from './revisions.js'
import { canonicalJson } from './signed-text.js'

/**
 * Tells a patch from another under the same number.
 *
 * @returns SHA-256 of the canonical patch, hexadecimal
 * @throws {ConfigError} as `canonicalJson`
 */
export function digestOf({ patch }: Desired): string {
  return createHash('sha256').update(canonicalJson(patch)).digest('hex')
}

/**
 * True if this very message was dealt with last: a retained one comes back at every connection.
 *
 * @param digest of the patch
 * @param last   what became of the last revision of the scope
 * @throws {ConfigError} CONFIG_REVISION_STALE if it is another that is not above the last
 */
export function isKnown({ revision }: Desired, digest: string, last: Verdict | null): boolean {
  if (last === null || revision > last.revision) return false
  if (revision === last.revision && digest === last.digest) return true
  const next = isRevision(last.revision + 1)
    ? `use ${last.revision + 1}`
    : 'there is none above it; remove remote-config.json in device.state_dir'
  throw new ConfigError(
    'CONFIG_REVISION_STALE',
    `revision ${revision} is not above ${last.revision}, the last one that was dealt with: ${next}`,
  )
}
