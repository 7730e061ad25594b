import type { Recorder } from '../../src/capture/live/recorder.js'

/** Records until the recording ends, and closes it. @returns bytes heard */
export async function heardBytes(
  recorder: Recorder,
  signal: AbortSignal = new AbortController().signal,
): Promise<number> {
  const recording = await recorder.record(signal)
  let total = 0
  try {
    for await (const { bytes } of recording.blocks()) total += bytes.length
  } finally {
    await recording.close()
  }
  return total
}
