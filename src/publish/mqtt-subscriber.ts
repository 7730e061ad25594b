import { PublishError } from '../errors.js'
import type { Clock } from '../ops/clock.js'
import type { Logger } from '../ops/logger.js'
import { DEFAULT_BACKOFF } from '../backoff.js'
import type { BackoffRange } from '../backoff.js'
import { parseBrokerUrl } from './broker-url.js'
import type { DownCause, IncomingMessage, Link, LinkOptions, OpenLink, Refusal } from './link.js'
import { LinkSupervisor } from './link-supervisor.js'
import { openMqttLink } from './mqtt-client.js'
import type { Publication } from './publisher.js'

export interface SubscriberOptions {
  readonly broker: Omit<LinkOptions, 'will'>
  readonly filters: readonly string[]
  readonly onMessage: (message: IncomingMessage) => void
  /** The connection was lost; it is sought again for ever. */
  readonly onLost?: (cause: DownCause) => void
  readonly onBack?: () => void
  readonly clock: Clock
  readonly backoff?: BackoffRange
  readonly openLink?: OpenLink
}

export interface Subscriber {
  /**
   * Sends a message once.
   *
   * @returns when the broker has acknowledged it (QoS 1)
   * @throws {PublishError} PUBLISH_REFUSED; PUBLISH_UNREACHABLE if there is no connection, or it was lost before the
   *                        acknowledgement: the message may have arrived then
   */
  publish(message: Publication): Promise<void>
  /**
   * Hears more topics, now and after each loss.
   *
   * @returns when the broker has granted them
   * @throws {PublishError} PUBLISH_REFUSED, PUBLISH_UNREACHABLE
   */
  subscribe(filters: readonly string[]): Promise<void>
  close(): Promise<void>
}

/**
 * Subscribes, and stays subscribed through later losses of the connection. Retained messages come at once.
 *
 * @returns when the broker has granted the subscriptions
 * @throws {PublishError} PUBLISH_UNREACHABLE, PUBLISH_REFUSED if the first attempt fails
 * @throws {ConfigError} CONFIG_BROKER_URL
 */
export async function connectSubscriber(options: SubscriberOptions): Promise<Subscriber> {
  const { broker } = options
  const filters = [...options.filters]
  const { shown } = parseBrokerUrl(broker.url)
  let isGranted = false
  let settle: { resolve: () => void; reject: (error: Error) => void } | undefined
  const granted = new Promise<void>((resolve, reject) => (settle = { resolve, reject }))
  const errorOf = ({ code, text }: DownCause): PublishError => new PublishError(code, `${shown}: ${text}`)
  const fail = (cause: DownCause): void => settle?.reject(errorOf(cause))
  let link: Link | undefined
  const unacknowledged = new Set<(error: Error) => void>()
  const lose = (cause: DownCause): void => {
    link = undefined
    for (const reject of unacknowledged) reject(errorOf(cause))
    unacknowledged.clear()
  }
  const supervisor = new LinkSupervisor({
    url: broker.url,
    linkOptions: () => broker,
    openLink: options.openLink ?? openMqttLink,
    clock: options.clock,
    random: Math.random,
    backoff: options.backoff ?? DEFAULT_BACKOFF,
    log: SILENT_LOGGER,
    onUp: (up: Link) =>
      up.subscribe(filters, true, (refusal) => {
        if (refusal !== null) return fail({ code: 'PUBLISH_REFUSED', text: `subscription: ${refusal.text}` })
        link = up
        if (isGranted) options.onBack?.()
        isGranted = true
        settle?.resolve()
      }),
    onDown: (cause) => {
      const wasUp = link !== undefined
      lose(cause)
      if (!isGranted) fail(cause)
      // One loss is one piece of news, however many attempts it takes to mend it.
      else if (wasUp) options.onLost?.(cause)
    },
    onMessage: options.onMessage,
  })
  const close = async (): Promise<void> => {
    await supervisor.close(() => Promise.resolve(), 1000)
    lose({ code: 'PUBLISH_UNREACHABLE', text: 'closed' })
  }
  /** Does something that the broker answers, if there is a connection and as long as it lasts. */
  const ask = (
    what: string,
    act: (link: Link, onDone: (refusal: Refusal | null) => void) => void,
  ): Promise<void> =>
    new Promise((resolve, reject) => {
      if (link === undefined) return reject(errorOf({ code: 'PUBLISH_UNREACHABLE', text: 'not connected' }))
      unacknowledged.add(reject)
      act(link, (refusal) => {
        if (!unacknowledged.delete(reject)) return
        if (refusal === null) resolve()
        else reject(errorOf({ code: 'PUBLISH_REFUSED', text: `${what}: ${refusal.text}` }))
      })
    })
  const publish = (message: Publication): Promise<void> =>
    ask(message.topic, (up, onDone) => up.publish(message, undefined, onDone))
  const subscribe = (more: readonly string[]): Promise<void> => {
    filters.push(...more)
    return ask('subscription', (up, onDone) => up.subscribe(more, true, onDone))
  }
  supervisor.start()
  try {
    await granted
  } catch (error) {
    await close()
    throw error
  }
  return { publish, subscribe, close }
}

/** What happens to the connection is told through the callbacks. */
const SILENT_LOGGER: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => SILENT_LOGGER,
}
