import type { AudioFrame, AudioSource } from './audio-source.js'

/**
 * A source that can wait, heard by one listener after another: each goes on where the one before left off. It is
 * closed by `close`, not by the end of a listener.
 */
export class ContinuedSource implements AudioSource {
  readonly name: string
  readonly canWait = true
  readonly #ending = new AbortController()
  #frames: AsyncIterator<AudioFrame> | undefined
  /** Asked for, and not taken yet when its listener ended. */
  #asked: Promise<IteratorResult<AudioFrame>> | undefined

  /** @param source one that can wait */
  constructor(private readonly source: AudioSource) {
    this.name = source.name
  }

  async *frames(signal: AbortSignal): AsyncGenerator<AudioFrame> {
    this.#frames ??= this.source.frames(this.#ending.signal)[Symbol.asyncIterator]()
    while (!signal.aborted) {
      this.#asked ??= this.#frames.next()
      const result = await answerOrAbort(this.#asked, signal)
      if (result === undefined) return
      this.#asked = undefined
      if (result.done === true) return
      yield result.value
    }
  }

  async close(): Promise<void> {
    this.#ending.abort()
    // Whoever asked is gone; what comes of it concerns nobody.
    await this.#asked?.catch(() => undefined)
    await this.#frames?.return?.()
  }
}

/** Not `Promise.race`: what a promise that never settles is raced with piles up on it, frame by frame. */
function answerOrAbort<T>(asked: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const abort = (): void => resolve(undefined)
    signal.addEventListener('abort', abort, { once: true })
    asked.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}
