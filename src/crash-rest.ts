import type { ListenSwitch } from './listen-switch.js'
import type { Clock, Timer } from './ops/clock.js'
import type { Logger } from './ops/logger.js'
import type { RunKeeper } from './run-keeper.js'

/**
 * Keeps an agent that crashes again and again from listening for a while. Meanwhile it reports and answers; then it is
 * tried again by itself, or at once when somebody asks for it.
 */
export class CrashRest {
  #timer: Timer | undefined

  constructor(
    private readonly run: Pick<RunKeeper, 'pauseMs' | 'resume'>,
    private readonly listening: Pick<ListenSwitch, 'hold'>,
    clock: Clock,
    log: Logger,
  ) {
    const { pauseMs } = run
    if (pauseMs === undefined) return
    const fields = { code: 'CRASH_LOOP', pause_s: pauseMs / 1000 }
    log.error(fields, 'the agent crashes again and again: it does not listen for a while, then tries again')
    listening.hold('crash_loop', true)
    this.#timer = clock.after(pauseMs, () => this.end())
  }

  get isOn(): boolean {
    return this.run.pauseMs !== undefined
  }

  /** It is tried again from now on. */
  end(): void {
    this.#timer?.clear()
    if (!this.isOn) return
    this.run.resume()
    this.listening.hold('crash_loop', false)
  }

  /** The process ends. */
  close(): void {
    this.#timer?.clear()
  }
}
