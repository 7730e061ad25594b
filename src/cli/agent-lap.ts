import { RESTART } from '../last-drain.js'

/** One agent's time: from its start to when it is told to stop, or gives way to another. */
export class AgentLap {
  readonly #controller = new AbortController()

  /** Aborts at its end, with RESTART if another agent takes over. */
  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** Another agent is to take its place. */
  readonly restart = (): void => this.#controller.abort(RESTART)

  /**
   * @param stop ends it from outside
   * @param body lasts until `signal` aborts, or ends by itself
   * @returns whether another agent is to take its place
   */
  async last(stop: AbortSignal, body: () => Promise<void>): Promise<'ended' | 'restart'> {
    // A session that is to be replaced waits for the broker no longer than an agent that is.
    const end = (): void => this.#controller.abort(stop.reason === RESTART ? RESTART : undefined)
    stop.addEventListener('abort', end, { once: true })
    if (stop.aborted) end()
    try {
      await body()
    } finally {
      stop.removeEventListener('abort', end)
    }
    return this.signal.reason === RESTART && !stop.aborted ? 'restart' : 'ended'
  }
}
