import { createRandom } from '../random.js'
import { SAMPLE_RATE_HZ } from '../../../src/units.js'
import type { Reverb } from './variant.js'

/** Echoes a second: so dense that velvet noise sounds as smooth as Gaussian noise, so sparse that it is cheap. */
const ECHOES_PER_SECOND = 2000
/** The room's answer begins after the direct sound. */
const PREDELAY_S = 0.004
/** One-pole low-pass of the room's answer: walls and air swallow the high first. */
const ROOM_POLE = 0.3

/**
 * The clip in a room: the direct sound and exponentially decaying velvet noise (sparse impulses of random sign), at
 * the input's level.
 *
 * @see Karjalainen & Järveläinen 2007, "Reverberation modeling using velvet noise"
 */
export function reverberate(samples: Float32Array, { rt60S, directDb, seed }: Reverb): Float32Array {
  const echoes = velvetEchoes(rt60S, seed)
  const damped = lowPassed(samples)
  const room = new Float32Array(samples.length)
  for (const { delay, gain } of echoes) {
    for (let i = delay; i < room.length; i++) {
      room[i] = (room[i] as number) + gain * (damped[i - delay] as number)
    }
  }
  const wet = Math.sqrt(energyOf(samples) / Math.max(energyOf(room), 1e-20)) * 10 ** (-directDb / 20)
  const out = samples.map((x, i) => x + wet * (room[i] as number))
  const level = Math.sqrt(energyOf(samples) / Math.max(energyOf(out), 1e-20))
  return out.map((x) => x * level)
}

export function velvetEchoes(rt60S: number, seed: number): { delay: number; gain: number }[] {
  const random = createRandom(seed)
  const grid = SAMPLE_RATE_HZ / ECHOES_PER_SECOND
  const echoes: { delay: number; gain: number }[] = []
  for (let at = PREDELAY_S * SAMPLE_RATE_HZ; at < rt60S * SAMPLE_RATE_HZ; at += grid) {
    const delay = Math.floor(at + random.next() * grid)
    const decay = 10 ** ((-3 * delay) / (rt60S * SAMPLE_RATE_HZ))
    echoes.push({ delay, gain: (random.next() < 0.5 ? -1 : 1) * decay })
  }
  return echoes
}

function lowPassed(samples: Float32Array): Float32Array {
  let state = 0
  return samples.map((x) => (state += (1 - ROOM_POLE) * (x - state)))
}

function energyOf(samples: Float32Array): number {
  let sum = 0
  for (let i = 0; i < samples.length; i++) sum += (samples[i] as number) ** 2
  return sum
}
