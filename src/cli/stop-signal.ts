/** The wish to end that SIGINT or SIGTERM carries. A second one ends the process at once, as if nobody listened. */
export interface StopSignal {
  readonly signal: AbortSignal
  /** Stops listening, so that nothing is left behind. */
  release(): void
}

export function createStopSignal(): StopSignal {
  const controller = new AbortController()
  const release = (): void => {
    process.off('SIGINT', stop)
    process.off('SIGTERM', stop)
  }
  const stop = (): void => {
    release()
    controller.abort()
  }
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
  return { signal: controller.signal, release }
}
