import { Framer } from '../../../src/capture/framer.js'
import type { Gate } from '../../../src/gate/gate.js'
import type { Segment } from '../../../src/gate/segment.js'

/**
 * The decision windows that the device's gate cuts from a clip, heard on its own.
 *
 * @param samples 16 kHz, mono
 */
export function clipWindows(samples: Float32Array, gate: Gate): Segment[] {
  gate.reset()
  const framer = new Framer()
  const windows: Segment[] = []
  const collect = (window: Segment | null): void => {
    if (window) windows.push(window)
  }
  for (const frame of framer.push(samples)) collect(gate.push(frame))
  for (const frame of framer.flush()) collect(gate.push(frame))
  collect(gate.flush())
  return windows
}
