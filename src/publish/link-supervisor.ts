import { ConfigError } from '../errors.js'
import type { Clock, Timer } from '../ops/clock.js'
import type { Logger } from '../ops/logger.js'
import { backoffDelayMs } from '../backoff.js'
import type { BackoffRange } from '../backoff.js'
import { parseBrokerUrl } from './broker-url.js'
import { SilenceWatch } from './silence-watch.js'
import type { DownCause, IncomingMessage, Link, LinkLimits, LinkOptions, OpenLink } from './link.js'

/** A connection that held this long was good: the next failure starts from the shortest delay, and is news. */
const STABLE_MS = 10_000
/** The client's own connect timeout should come first; this one is for a client that hangs. */
const WATCHDOG_SLACK_MS = 2000

export interface SupervisorOptions {
  /** Made anew for each attempt: a will carries the time, the address may be another, a secret may have been replaced. */
  readonly linkOptions: () => LinkOptions
  /** Of the first attempt, for the log until then. */
  readonly url: string
  /** The first attempt is none of a process that starts: it is retried like later ones. */
  readonly isRestart?: boolean
  readonly openLink: OpenLink
  readonly clock: Clock
  readonly random: () => number
  readonly backoff: BackoffRange
  readonly log: Logger
  readonly onUp: (link: Link, limits: LinkLimits) => void
  /** The link that was up is gone, or an attempt failed. */
  readonly onDown: (cause: DownCause) => void
  readonly onMessage: (message: IncomingMessage) => void
}

/**
 * Keeps a connection to the broker for ever: each attempt gets a new link, with exponential backoff in between. Says
 * in the log when it is connected, and why it is not once per change of cause. A client that neither connects nor gives
 * up, or that hears nothing any more and does not notice, is thrown away: nothing depends on its own timers.
 *
 * idle → connecting → up → waiting → connecting …; connecting → waiting; anything → closed.
 */
export class LinkSupervisor {
  readonly #options: SupervisorOptions
  #shown: string
  #link: Link | undefined
  #isUp = false
  #isClosed = false
  #upSinceMs = 0
  #failures = 0
  #connects = 0
  #lastCause: string | undefined
  #timer: Timer | undefined
  #onLostWhileClosing: (() => void) | undefined
  #attempts = 0
  readonly #silence: SilenceWatch

  /** @throws {ConfigError} CONFIG_BROKER_URL */
  constructor(options: SupervisorOptions) {
    this.#options = options
    this.#shown = parseBrokerUrl(options.url).shown
    this.#silence = new SilenceWatch(options.clock, () =>
      this.drop({ code: 'PUBLISH_UNREACHABLE', text: 'the broker fell silent' }),
    )
  }

  get isUp(): boolean {
    return this.#isUp
  }

  get attempts(): number {
    return this.#attempts
  }

  /** Connections after the first. */
  get reconnects(): number {
    return Math.max(0, this.#connects - 1)
  }

  /** @throws {ConfigError} if the first attempt cannot even be made; later ones are retried */
  start(): void {
    if (this.#link === undefined && this.#timer === undefined && !this.#isClosed) this.#connect()
  }

  /** Gives the present connection up, as if it had been lost. */
  drop(cause: DownCause): void {
    if (this.#link !== undefined) this.#down(cause)
  }

  /**
   * Ends for good.
   *
   * @param farewell  last words on a connection that is up
   * @param timeoutMs time for them and for disconnecting; after it the connection is cut
   */
  async close(farewell: (link: Link) => Promise<void>, timeoutMs: number): Promise<void> {
    this.#isClosed = true
    this.#timer?.clear()
    this.#silence.stop()
    const link = this.#link
    if (link === undefined) return
    if (this.#isUp) {
      const cutShort = new Promise<void>((resolve) => {
        this.#onLostWhileClosing = resolve
        this.#timer = this.#options.clock.after(timeoutMs, resolve)
      })
      await Promise.race([farewell(link).then(() => link.end()), cutShort])
      this.#timer?.clear()
      this.#isUp = false
    }
    this.#link = undefined
    link.destroy()
  }

  #connect(): void {
    this.#attempts += 1
    try {
      this.#open()
    } catch (error) {
      // The configuration was good when we started: a file that is missing now may be on its way.
      const isFirst = this.#attempts === 1 && this.#options.isRestart !== true
      if (!(error instanceof ConfigError) || isFirst) throw error
      this.#down({ code: 'PUBLISH_CREDENTIALS', text: error.message })
    }
  }

  #open(): void {
    const { openLink, linkOptions, clock, log } = this.#options
    const options = linkOptions()
    this.#shown = parseBrokerUrl(options.url).shown
    log.debug({ broker: this.#shown, attempt: this.#failures + 1 }, 'connecting to the broker')
    // A client that was given up may still have something to say: it is not listened to.
    const isCurrent = (): boolean => this.#link === link
    const link = openLink(options, {
      onUp: (limits) => isCurrent() && this.#up(link, limits),
      onDown: (cause) => isCurrent() && this.#down(cause),
      onMessage: (message) => isCurrent() && this.#options.onMessage(message),
      onHeard: () => isCurrent() && this.#silence.heard(),
    })
    this.#link = link
    this.#timer = clock.after(options.connectTimeoutMs + WATCHDOG_SLACK_MS, () =>
      this.drop({ code: 'PUBLISH_UNREACHABLE', text: 'no answer' }),
    )
  }

  #up(link: Link, limits: LinkLimits): void {
    this.#timer?.clear()
    this.#timer = undefined
    this.#isUp = true
    this.#connects += 1
    this.#upSinceMs = this.#options.clock.monotonicMs()
    this.#silence.start(limits.keepaliveS)
    this.#options.log.info({ broker: this.#shown }, 'connected to the broker')
    this.#options.onUp(link, limits)
  }

  #down(cause: DownCause): void {
    if (this.#isClosed) return this.#onLostWhileClosing?.()
    const { clock, random, backoff, log } = this.#options
    const link = this.#link
    this.#link = undefined
    this.#timer?.clear()
    this.#silence.stop()
    if (this.#isUp && clock.monotonicMs() - this.#upSinceMs >= STABLE_MS) {
      this.#failures = 0
      this.#lastCause = undefined
    }
    this.#isUp = false
    this.#failures += 1
    const delayMs = backoffDelayMs(this.#failures, backoff, random)
    const fields = {
      code: cause.code,
      broker: this.#shown,
      retry_in_ms: Math.round(delayMs),
      ...(cause.detail !== undefined && { detail: cause.detail }),
    }
    const text = `no connection to the broker: ${cause.text}; retrying for ever`
    if (cause.text === this.#lastCause) log.debug(fields, text)
    else log.warn(fields, text)
    this.#lastCause = cause.text
    link?.destroy()
    this.#timer = clock.after(delayMs, () => this.#connect())
    this.#options.onDown(cause)
  }
}
