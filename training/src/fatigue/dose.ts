import { flattenPitch } from './flatten-pitch.js'
import { stretchTime } from './stretch-time.js'

/** What is done to real speech so that it is more like tired speech is described. */
export interface Dose {
  /** Speaking tempo, 1: as it was. */
  readonly tempo: number
  /** Lengths of the pauses between phrases, times those of unmodified sessions. */
  readonly pauses: number
  /** 0: as it was … 1: monotone. */
  readonly flatness: number
}

export const UNMODIFIED: Dose = { tempo: 1, pauses: 1, flatness: 0 }

/** One curve of the report. */
export interface DoseSeries {
  readonly name: string
  readonly steps: readonly { readonly name: string; readonly dose: Dose }[]
}

const step = (name: string, dose: Partial<Dose>): DoseSeries['steps'][number] => ({
  name,
  dose: { ...UNMODIFIED, ...dose },
})

export const DOSE_SERIES: readonly DoseSeries[] = [
  {
    name: 'slower rate',
    steps: [0.9, 0.8, 0.7].map((tempo) => step(`−${Math.round(100 * (1 - tempo))} %`, { tempo })),
  },
  {
    name: 'longer pauses',
    steps: [1.5, 2, 3].map((pauses) => step(`× ${pauses}`, { pauses })),
  },
  {
    name: 'flatter F0',
    steps: [0.4, 0.75].map((flatness) => step(`−${100 * flatness} %`, { flatness })),
  },
  {
    name: 'all together',
    steps: [
      step('slight', { tempo: 0.95, pauses: 1.25, flatness: 0.2 }),
      step('moderate', { tempo: 0.9, pauses: 1.5, flatness: 0.4 }),
      step('strong', { tempo: 0.8, pauses: 2, flatness: 0.6 }),
    ],
  },
]

/** A clip under a dose; its pauses are the session's. */
export function doseClip(samples: Float32Array, { tempo, flatness }: Dose): Float32Array {
  return stretchTime(flattenPitch(samples, flatness), tempo)
}
