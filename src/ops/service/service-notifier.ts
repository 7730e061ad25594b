import type { Clock, Timer } from '../clock.js'
import type { Logger } from '../logger.js'
import { openNotifyChannel, type NotifyChannel } from './notify-channel.js'
import { ProgressWatch, type ProgressPart } from './progress.js'

/** How an agent gets on, looked at now and then. */
export interface Vitals {
  readonly parts: readonly ProgressPart[]
  /** One line for `systemctl status`. */
  readonly text: string
}

/** What the agent tells the manager of the service that it runs as. Where there is none, all of it does nothing. */
export interface ServiceNotifier {
  /** Everything that can be checked before listening has been; from now on the watchdog is fed by what `vitals` says. */
  ready(vitals: () => Vitals): void
  /** The configuration is read anew; `ready` ends it. */
  reloading(): void
  /** The reload came to nothing: all goes on as it did. */
  reloaded(): void
  /** Ends in an orderly way from here on. */
  stopping(): void
  /** Why it ends, or what it waits for, in `systemctl status`. */
  say(text: string): void
  /** Resolves once all that was said is gone: systemd ends what is left of a process that has failed. */
  close(): Promise<void>
}

export interface NotifierOptions {
  readonly channel: NotifyChannel
  readonly clock: Clock
  readonly log: Logger
  /** systemd's WatchdogSec, ms; undefined: it has none. */
  readonly watchdogMs: number | undefined
}

/** Without a watchdog the status line alone is kept up to date. */
const STATUS_INTERVAL_MS = 60_000
/** At first every second: whoever has just started or upgraded it waits for what it says. */
const EARLY_MS = 30_000
const EARLY_INTERVAL_MS = 1000
/** A ping may be late, and still a second one must fit before the watchdog bites. */
const PINGS_PER_WATCHDOG = 3

/**
 * From what systemd gave the process.
 *
 * @param env NOTIFY_SOCKET, WATCHDOG_USEC, WATCHDOG_PID
 */
export function createServiceNotifier(
  env: NodeJS.ProcessEnv,
  { clock, log }: { readonly clock: Clock; readonly log: Logger },
): ServiceNotifier {
  const socket = env['NOTIFY_SOCKET'] ?? ''
  if (!/^[@/]./.test(socket)) return SILENT
  const watchdogMs = watchdogMsOf(env, process.pid)
  return new SystemdNotifier({ channel: openNotifyChannel(socket, log), clock, log, watchdogMs })
}

/** @returns undefined where the watchdog is off, or is another process's */
export function watchdogMsOf(env: NodeJS.ProcessEnv, pid: number): number | undefined {
  const { WATCHDOG_USEC: usec, WATCHDOG_PID: forPid } = env
  if (forPid !== undefined && forPid !== String(pid)) return undefined
  const ms = usec !== undefined && /^\d{1,15}$/.test(usec) ? Number(usec) / 1000 : 0
  return ms > 0 ? ms : undefined
}

const SILENT: ServiceNotifier = {
  ready: () => undefined,
  reloading: () => undefined,
  reloaded: () => undefined,
  stopping: () => undefined,
  say: () => undefined,
  close: () => Promise.resolve(),
}

export class SystemdNotifier implements ServiceNotifier {
  readonly #watch = new ProgressWatch()
  #vitals: (() => Vitals) | undefined
  #timer: Timer | undefined
  #saidText: string | undefined
  #saidStuck: string | undefined
  #readyMs = 0

  constructor(private readonly options: NotifierOptions) {}

  ready(vitals: () => Vitals): void {
    this.#vitals = vitals
    this.#readyMs = this.options.clock.monotonicMs()
    this.options.channel.send(['READY=1'])
    this.#look()
  }

  reloading(): void {
    // systemd asks for the time of it, so that an old word is not taken for a new one.
    const usec = process.hrtime.bigint() / 1000n
    this.options.channel.send(['RELOADING=1', `MONOTONIC_USEC=${usec}`])
  }

  reloaded(): void {
    this.options.channel.send(['READY=1'])
  }

  stopping(): void {
    this.#vitals = undefined
    this.#timer?.clear()
    // Delivering what is left takes its time; how long, the unit's TimeoutStopSec bounds.
    this.options.channel.send(['STOPPING=1', 'STATUS=stopping'])
  }

  say(text: string): void {
    if (text === this.#saidText) return
    this.#saidText = text
    this.options.channel.send([`STATUS=${text}`])
  }

  close(): Promise<void> {
    this.#vitals = undefined
    this.#timer?.clear()
    return this.options.channel.close()
  }

  #look(): void {
    this.#timer?.clear()
    if (this.#vitals === undefined) return
    const { clock, watchdogMs, channel } = this.options
    const { parts, text } = this.#vitals()
    const stuck = this.#watch.observe(parts, clock.monotonicMs())
    if (stuck === undefined) {
      if (watchdogMs !== undefined) channel.send(['WATCHDOG=1'])
      this.say(text)
    } else this.#tellStuck(stuck)
    this.#saidStuck = stuck
    const isEarly = clock.monotonicMs() - this.#readyMs < EARLY_MS
    const usualMs = watchdogMs === undefined ? STATUS_INTERVAL_MS : watchdogMs / PINGS_PER_WATCHDOG
    const intervalMs = isEarly ? Math.min(usualMs, EARLY_INTERVAL_MS) : usualMs
    this.#timer = clock.after(intervalMs, () => this.#look())
  }

  /** The watchdog is not fed: systemd ends us and starts us anew. */
  #tellStuck(part: string): void {
    if (part === this.#saidStuck) return
    this.options.log.error(
      { code: 'SERVICE_STUCK', part },
      `${part} does not get on: the watchdog is not fed`,
    )
    this.say(`stuck: ${part}`)
  }
}
