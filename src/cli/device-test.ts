import type { AudioSource } from '../capture/audio-source.js'
import { CaptureError } from '../errors.js'
import type { Clock, Timer } from '../ops/clock.js'
import type { CommandIo } from './io.js'
import type { LevelMeter } from './level-meter.js'
import { meterLine } from './meter-text.js'

const REDRAW_MS = 100
const LINE_MS = 1_000
/** A terminal keeps the last reading for so long before it says that no audio comes. */
const QUIET_MS = 1_000
/** A source that tries for ever is given up if it has not delivered by then. */
const FIRST_FRAME_MS = 10_000

export interface DeviceTestOptions {
  readonly source: AudioSource
  readonly meter: LevelMeter
  readonly io: CommandIo
  readonly clock: Clock
  /** Ends it, without error. */
  readonly stop: AbortSignal
  /** Ends it by itself; undefined: it goes on. */
  readonly durationMs: number | undefined
}

/**
 * Shows the meter while the source delivers: on a terminal one line that is drawn ten times a second, elsewhere a line a
 * second. What it shows runs by the clock, not by the frames, so that a device that hangs is seen to.
 *
 * @throws {CaptureError} as the source; CAPTURE_DEVICE_FAILED if no frame came within ten seconds, or at all
 */
export async function testDevice(options: DeviceTestOptions): Promise<void> {
  const { source, meter, clock, stop, durationMs } = options
  const over = new AbortController()
  const limit = durationMs === undefined ? undefined : clock.after(durationMs, () => over.abort())
  const patience = clock.after(FIRST_FRAME_MS, () => over.abort())
  const display = new MeterDisplay(options)
  let hasHeard = false
  try {
    for await (const frame of source.frames(AbortSignal.any([stop, over.signal]))) {
      if (!hasHeard) patience.clear()
      hasHeard = true
      meter.push(frame)
    }
    meter.flush()
  } finally {
    limit?.clear()
    patience.clear()
    display.end()
  }
  if (!hasHeard && !stop.aborted) {
    throw new CaptureError('CAPTURE_DEVICE_FAILED', `${source.name} delivered no audio`)
  }
}

class MeterDisplay {
  readonly #intervalMs: number
  #timer: Timer
  #heardMs: number
  #isShown = false

  constructor(private readonly options: Pick<DeviceTestOptions, 'meter' | 'io' | 'clock'>) {
    const { io, clock } = options
    this.#intervalMs = io.isTty ? REDRAW_MS : LINE_MS
    this.#heardMs = clock.monotonicMs()
    this.#timer = clock.after(this.#intervalMs, this.#tick)
  }

  /** Leaves the last line where it is. */
  end(): void {
    this.#timer.clear()
    if (this.#isShown && this.options.io.isTty) this.options.io.out('\n')
  }

  readonly #tick = (): void => {
    const { meter, io, clock } = this.options
    this.#timer = clock.after(this.#intervalMs, this.#tick)
    const reading = meter.read()
    const nowMs = clock.monotonicMs()
    if (reading !== null) this.#heardMs = nowMs
    const silentMs = nowMs - this.#heardMs
    if (reading === null && silentMs < QUIET_MS) return
    const line = meterLine(reading, meter.totals.decisions, silentMs)
    this.#isShown = true
    io.out(io.isTty ? `\r\u001b[K${line}` : `${line}\n`)
  }
}
