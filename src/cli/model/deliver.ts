import { FleetError } from '../../errors.js'
import { orderJson, type ModelOrder } from '../../delivery/model-order.js'
import type { JsonObject } from '../../hostile-json.js'
import type { Clock } from '../../ops/clock.js'
import { DeviceRefusal, type DeviceRequests } from './device-requests.js'

/** Times that a delivery is begun anew without getting further. */
const MAX_FRUITLESS = 5
const PAUSE_MS = 3000
/** What another start of the delivery mends: the device has begun anew, or is still busy. */
const PASSING: readonly string[] = ['MODEL_CHUNK', 'MODEL_NO_DELIVERY', 'REQUEST_TOO_MANY']

export interface Delivery {
  readonly requests: Pick<DeviceRequests, 'ask'>
  readonly order: ModelOrder
  readonly archive: Uint8Array
  /** Where the device is to fetch it instead. */
  readonly url: string | undefined
  readonly clock: Clock
  /** Bytes that are at the device. */
  readonly onProgress: (offset: number) => void
}

/**
 * Brings a model to a device, going on wherever it left off.
 *
 * @returns what the device says of the model in force
 * @throws {FleetError} as `DeviceRequests.ask`; FLEET_MALFORMED
 */
export async function deliver({
  requests,
  order,
  archive,
  url,
  clock,
  onProgress,
}: Delivery): Promise<JsonObject> {
  let best = -1
  for (let fruitless = 0; ;) {
    let offset = -1
    try {
      let answer = await requests.ask('model/install', {
        order: orderJson(order),
        ...(url !== undefined && { url }),
      })
      while (answer['state'] === 'receiving') {
        const step = receivingStep(answer, archive.length)
        offset = step.offset
        onProgress(offset)
        const data = Buffer.from(archive.subarray(offset, offset + step.chunkBytes)).toString('base64')
        answer = await requests.ask('model/chunk', { sha256: order.sha256, offset, data })
      }
      return answer
    } catch (error) {
      if (!(error instanceof DeviceRefusal) || !PASSING.includes(error.reason)) throw error
      fruitless = offset > best ? 0 : fruitless + 1
      best = Math.max(best, offset)
      if (fruitless > MAX_FRUITLESS) throw error
      await new Promise<void>((resolve) => void clock.after(PAUSE_MS, resolve))
    }
  }
}

/** @throws {FleetError} FLEET_MALFORMED */
function receivingStep(
  answer: JsonObject,
  size: number,
): { readonly offset: number; readonly chunkBytes: number } {
  const { offset, chunk_bytes: chunkBytes } = answer
  const isInside = typeof offset === 'number' && Number.isInteger(offset) && offset >= 0 && offset < size
  if (isInside && typeof chunkBytes === 'number' && chunkBytes >= 1) return { offset, chunkBytes }
  throw new FleetError('FLEET_MALFORMED', 'the device answers what does not fit the archive')
}
