/** A piece of audio as the device gave it. */
export interface CaptureBlock {
  /** s16le, interleaved, cut anywhere. Valid until the next block is asked for; whoever decodes it overwrites it. */
  readonly bytes: Uint8Array
  /** When its last byte was handed over, monotonic ms. */
  readonly atMs: number
}

/** A device that is open. */
export interface Recording {
  readonly rateHz: number
  readonly channels: number
  /** Ends when the signal that it was opened with aborts. Throws {CaptureError} when the device is gone. */
  blocks(): AsyncIterable<CaptureBlock>
  /** Ends the capture process; resolves when nothing of it is left. */
  close(): Promise<void>
}

/** Opens one device, as often as it is told to. */
export interface Recorder {
  /** As a person would name it: `arecord:plughw:CARD=Mic`. */
  readonly name: string
  /**
   * @param signal gives the attempt up, or ends the recording
   * @throws {CaptureError} if the device cannot be opened
   */
  record(signal: AbortSignal): Promise<Recording>
}

/** Monotonic ms of the machine: the same in every process. */
export function machineMs(): number {
  return Number(process.hrtime.bigint()) / 1e6
}
