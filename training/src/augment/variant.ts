/** One way in which a training clip is heard. Everything that its audio depends on, so that it is also a cache key. */
export interface Variant {
  /** 1.1 plays 10 % faster (and higher). */
  readonly speed: number
  readonly reverb: Reverb | null
  readonly noise: Noise | null
  /** Applied last; full scale still clips. */
  readonly gainDb: number
  /** Silence before the clip, in which the noise is heard already. */
  readonly leadMs: number
}

export interface Reverb {
  /** Time in which the sound falls by 60 dB. */
  readonly rt60S: number
  /** Energy of the direct sound over that of the room's answer. */
  readonly directDb: number
  readonly seed: number
}

export interface Noise {
  /** A computed noise's name, `recorded` or `babble`. */
  readonly kind: string
  /** The recording, or the clips of other speakers that babble is mixed from; empty for a computed noise. */
  readonly paths: readonly string[]
  /** Over the speech's active level. */
  readonly snrDb: number
  readonly seed: number
}

/** The clip as it is. */
export const AS_RECORDED: Variant = { speed: 1, reverb: null, noise: null, gainDb: 0, leadMs: 0 }
