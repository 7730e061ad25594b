import { fileURLToPath } from 'node:url'
import { clipAudio } from '../../training/src/dataset/clip-audio.js'
import { SAMPLE_RATE_HZ } from '../../src/units.js'
import type { Signal } from './synthetic-audio.js'

const DEMO = fileURLToPath(new URL('../../assets/demo.wav', import.meta.url))
/** Where the recording's first sentence begins; it is longer than 3 s. */
const FIRST_SENTENCE_S = 2

/** A sentence of the bundled recording: a voice, where `fakeSpeech` is a chord to a detector that has learnt voices. */
export async function demoSpeech(): Promise<Signal> {
  const samples = await clipAudio(DEMO)
  return (i) => samples[FIRST_SENTENCE_S * SAMPLE_RATE_HZ + i] ?? 0
}
