import { FleetError } from '../../errors.js'
import { readJsonObject, type JsonObject } from '../../hostile-json.js'

const LIMITS = { maxBytes: 256 * 1024, maxDepth: 16 }

/**
 * Reads what a device published, to be checked field by field.
 *
 * @throws {FleetError} FLEET_MALFORMED
 */
export function readDeviceJson(payload: Uint8Array): JsonObject {
  return readJsonObject(payload, LIMITS, malformed)
}

export function malformed(why: string): FleetError {
  return new FleetError('FLEET_MALFORMED', `what a device says of itself cannot be read: ${why}`)
}
