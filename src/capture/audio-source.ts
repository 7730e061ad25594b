import type { CaptureMonitor } from './live/capture-monitor.js'

/** 20 ms of mono audio at 16 kHz. */
export interface AudioFrame {
  /**
   * FRAME_SAMPLES samples, full scale = 1, always finite. Owned by the source and overwritten by the next frame:
   * a consumer MUST NOT retain it after it asks for the next one.
   */
  readonly samples: Float32Array
  /** Index of the first sample since the start of the stream, at 16 kHz. Rises by FRAME_SAMPLES unless audio was lost. */
  readonly startSample: number
}

/**
 * Where audio comes from. Adapters: WAV file, stdin; live devices.
 *
 * A source yields whole frames whatever the size of the pieces it reads; the samples short of a whole frame at the
 * end of a stream are padded with zeros. It is opened when iteration begins and closed when iteration ends,
 * whichever way it ends.
 */
export interface AudioSource {
  /** As a person would name it: `file:/tmp/x.wav`, `stdin`. */
  readonly name: string
  /** True if the source can be held back without losing audio (file, stdin); a live microphone cannot. */
  readonly canWait: boolean
  /** Of a microphone that is watched over: how it is doing. */
  readonly monitor?: CaptureMonitor
  /**
   * @param signal ends the stream early, without error
   * @throws {InputError} if the input is missing or malformed
   * @throws {CaptureError} if a device fails
   */
  frames(signal: AbortSignal): AsyncIterable<AudioFrame>
}
