/**
 * Lets SIGUSR2 mute, and unmute the next time. SIGUSR1, which would have Node open a debugger that anybody on the machine
 * could read the audio through, does nothing any more: a listener takes the signal from Node's own handler.
 *
 * @returns a function that ends it
 */
export function muteBySignal(toggle: () => void): () => void {
  const ignore = (): void => undefined
  process.on('SIGUSR2', toggle)
  process.on('SIGUSR1', ignore)
  return () => {
    process.off('SIGUSR2', toggle)
    process.off('SIGUSR1', ignore)
  }
}
