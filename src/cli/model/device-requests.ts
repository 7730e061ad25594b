import { randomUUID } from 'node:crypto'
import { AffectdError, FleetError, PublishError } from '../../errors.js'
import { isJsonObject, type JsonObject } from '../../hostile-json.js'
import type { Clock, Timer } from '../../ops/clock.js'
import type { IncomingMessage } from '../../publish/link.js'
import type { Subscriber } from '../../publish/mqtt-subscriber.js'
import { readDeviceJson } from '../fleet/read-device-json.js'
import { plain } from '../../plain-text.js'

/**
 * A request that is not answered is asked again, with its transaction: a device carries it out once. Ever more rarely, since
 * each that waits takes one of the places that a device has for requests.
 */
const ASK_AGAIN_MS = 5000
const MOST_RARELY_MS = 300_000
const MAX_TEXT_CHARS = 500

/** A device refuses what was asked of it. */
export class DeviceRefusal extends FleetError {
  /** @param reason the device's own code */
  constructor(
    device: string,
    readonly reason: string,
    message: string,
  ) {
    super('FLEET_FAILED', `${device} refuses: ${reason}: ${message}`)
  }
}

export interface DeviceRequestsOptions {
  readonly device: string
  /** Topics of the device begin with it. */
  readonly base: string
  readonly subscriber: () => Pick<Subscriber, 'publish'>
  readonly clock: Clock
  /** Longest silence of the device. */
  readonly timeoutMs: number
  readonly signal: AbortSignal
}

/** Asks one device, over a connection that comes and goes. One request at a time. */
export class DeviceRequests {
  #onResponse: ((response: JsonObject) => void) | undefined
  #askNow: (() => void) | undefined

  constructor(private readonly options: DeviceRequestsOptions) {}

  /** What the connection hears. */
  hear({ topic, payload }: IncomingMessage): void {
    if (!topic.startsWith(`${this.options.base}/response/`)) return
    try {
      this.#onResponse?.(readDeviceJson(payload))
    } catch (error) {
      if (!(error instanceof AffectdError)) throw error
    }
  }

  /** The connection is back: what was asked over the one before may never have come. */
  reconnected(): void {
    this.#askNow?.()
  }

  /**
   * @returns the response's `data`
   * @throws {DeviceRefusal} if the device answers with an error
   * @throws {FleetError} FLEET_TIMEOUT
   * @throws {PublishError} PUBLISH_REFUSED
   */
  ask(verb: string, body: object): Promise<JsonObject> {
    const { device, base, subscriber, clock, timeoutMs, signal } = this.options
    const transaction = randomUUID()
    const payload = JSON.stringify({ transaction, ...body })
    return new Promise((resolve, reject) => {
      let again: Timer | undefined
      let pauseMs = ASK_AGAIN_MS
      const end = (settle: () => void): void => {
        this.#onResponse = undefined
        this.#askNow = undefined
        again?.clear()
        timeout.clear()
        signal.removeEventListener('abort', onAbort)
        settle()
      }
      const send = (): void => {
        again?.clear()
        again = clock.after(pauseMs, send)
        pauseMs = Math.min(2 * pauseMs, MOST_RARELY_MS)
        const message = { topic: `${base}/request/${verb}`, payload, qos: 1, retain: false } as const
        subscriber()
          .publish(message)
          .catch((error: unknown) => {
            // Without a connection: it is asked again when there is one.
            if (error instanceof PublishError && error.code === 'PUBLISH_UNREACHABLE') return
            end(() => reject(error))
          })
      }
      const onAbort = (): void => end(() => reject(new FleetError('FLEET_TIMEOUT', 'interrupted')))
      const timeout = clock.after(timeoutMs, () => {
        const text = `${device} has not answered ${verb} in ${timeoutMs / 1000} s; is it online, and does it know the verb?`
        end(() => reject(new FleetError('FLEET_TIMEOUT', text)))
      })
      this.#onResponse = (response) => {
        if (response['transaction'] !== transaction) return
        end(() => settleWith(device, response, resolve, reject))
      }
      this.#askNow = send
      signal.addEventListener('abort', onAbort, { once: true })
      send()
    })
  }
}

function settleWith(
  device: string,
  { status, data, error }: JsonObject,
  resolve: (data: JsonObject) => void,
  reject: (error: Error) => void,
): void {
  if (status === 'ok' && isJsonObject(data)) return resolve(data)
  const text = (name: string): string => {
    const found = isJsonObject(error) ? error[name] : undefined
    return typeof found === 'string' ? plain(found.slice(0, MAX_TEXT_CHARS)) : `no ${name}`
  }
  reject(new DeviceRefusal(device, text('code'), text('message')))
}
