import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { SAMPLE_RATE_HZ } from '../../../src/units.js'
import { createRandom, type Random } from '../../../training/src/random.js'

const DEMO = fileURLToPath(new URL('../../../assets/demo.wav', import.meta.url))
/** Canonical header of the bundled recording, which is 16 kHz, 16 bit, mono. */
const HEADER_BYTES = 44
const FULL_SCALE = 32_768
const MAX_SAMPLE = 32_767
/** Prime, so that noise and speech do not come together in the same way again. */
const NOISE_SAMPLES = 7 * SAMPLE_RATE_HZ + 11

/** How loud a room is, RMS in dBFS. */
const ROOM_DBFS = { least: -72, most: -50 }
/** Traffic, a fan, a machine. */
const NOISE_DBFS = { least: -40, most: -24 }

export type SceneKind = 'speech' | 'pause' | 'noise' | 'silence'

interface Scene {
  readonly kind: SceneKind
  readonly speechGain: number
  readonly noiseGain: number
}

/** Share of the scenes, and how long one takes in seconds. */
const KINDS: Readonly<
  Record<SceneKind, { readonly share: number; readonly minS: number; readonly maxS: number }>
> = {
  speech: { share: 0.46, minS: 4, maxS: 60 },
  pause: { share: 0.38, minS: 5, maxS: 120 },
  noise: { share: 0.12, minS: 5, maxS: 60 },
  silence: { share: 0.04, minS: 2, maxS: 30 },
}

/**
 * A day's audio without end, second by second: the bundled speech from anywhere in it, loud and quiet, with a room behind it,
 * pauses with the room alone, noise without speech, digital silence. The same seed gives the same audio.
 */
export class SoakAudio {
  readonly #random: Random
  readonly #speech: Int16Array
  readonly #noise: Float32Array
  #scene: Scene = { kind: 'silence', speechGain: 0, noiseGain: 0 }
  #secondsLeft = 0
  #speechAt = 0
  #noiseAt = 0
  /** Seconds given out so far, by what they hold. */
  readonly seconds: Record<SceneKind, number> = { speech: 0, pause: 0, noise: 0, silence: 0 }

  /** @param only one kind of scene, all the time */
  constructor(
    seed: number,
    private readonly only?: SceneKind,
  ) {
    this.#random = createRandom(seed, 1)
    const wav = readFileSync(DEMO).subarray(HEADER_BYTES)
    this.#speech = new Int16Array(wav.buffer.slice(wav.byteOffset, wav.byteOffset + wav.length))
    this.#noise = brownishNoise(this.#random)
  }

  /** @param out one second, s16le; overwritten */
  nextSecondInto(out: Int16Array): void {
    if (this.#secondsLeft === 0) this.#beginScene()
    this.#secondsLeft -= 1
    const { kind, speechGain, noiseGain } = this.#scene
    this.seconds[kind] += 1
    for (let n = 0; n < out.length; n++) {
      const noise = this.#noise[this.#noiseAt]! * noiseGain * FULL_SCALE
      const speech = this.#speech[this.#speechAt]! * speechGain
      this.#noiseAt = (this.#noiseAt + 1) % this.#noise.length
      this.#speechAt = (this.#speechAt + 1) % this.#speech.length
      out[n] = Math.max(-FULL_SCALE, Math.min(MAX_SAMPLE, Math.round(speech + noise)))
    }
  }

  #beginScene(): void {
    const kind = this.only ?? this.#drawKind()
    const { minS, maxS } = KINDS[kind]
    this.#secondsLeft = minS + this.#random.below(maxS - minS + 1)
    this.#speechAt = this.#random.below(this.#speech.length)
    const between = ({ least, most }: { least: number; most: number }): number =>
      least + (most - least) * this.#random.next()
    const noiseDbfs = between(kind === 'noise' ? NOISE_DBFS : ROOM_DBFS)
    this.#scene = {
      kind,
      speechGain: kind === 'speech' ? 10 ** (between({ least: -12, most: 3 }) / 20) : 0,
      noiseGain: kind === 'silence' ? 0 : 10 ** (noiseDbfs / 20),
    }
  }

  #drawKind(): SceneKind {
    let left = this.#random.next()
    for (const kind of Object.keys(KINDS) as SceneKind[]) {
      left -= KINDS[kind].share
      if (left < 0) return kind
    }
    return 'pause'
  }
}

/** As rooms sound, more low than high. RMS 1. */
function brownishNoise(random: Random): Float32Array {
  const noise = new Float32Array(NOISE_SAMPLES)
  let low = 0
  let power = 0
  for (let n = 0; n < noise.length; n++) {
    low = 0.9 * low + random.normal()
    noise[n] = low
    power += low * low
  }
  const rms = Math.sqrt(power / noise.length)
  return noise.map((sample) => sample / rms)
}
