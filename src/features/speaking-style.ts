import { createModulationMeter, type Modulation } from './energy-modulation.js'
import { pauses } from './pauses.js'
import { semitones } from './semitones.js'
import type { MeasuredTurn, SpeechTurn } from './speech-turn.js'
import { TRACK_HOP_S } from './speech-tracks.js'
import { statistics } from './statistics.js'

/** How somebody speaks over a minute or so of speech: rate, pauses, pitch, energy. All finite. */
export interface SpeakingStyle {
  /** Syllables over the whole time, pauses included. */
  readonly syllableRatePerS: number
  /** Syllables over the time without pauses. */
  readonly articulationRatePerS: number
  /** Share of the time that is pauses. */
  readonly pauseRatio: number
  /** Mean; 0 without pauses. */
  readonly pauseLengthS: number
  /** Median of the voiced frames, semitones above 1 Hz. */
  readonly f0MedianSt: number
  /** From the 20th to the 80th percentile of the voiced frames, semitones. */
  readonly f0SpreadSt: number
  /** From the 20th to the 80th percentile of the frames of speech, dB. */
  readonly energySpreadDb: number
  /** Median alpha ratio of the voiced frames, dB. */
  readonly spectralTiltDb: number
  /** Share of the energy's modulation that goes at 2 to 8 Hz. */
  readonly modulationShare: number
}

/** With less voiced speech nothing is said of a voice. */
const MIN_VOICED_S = 5

const addModulation = createModulationMeter(TRACK_HOP_S)

/**
 * @param turns of one voice, in any order
 * @returns null with less than five seconds of voiced speech
 * @see de Jong & Wempe 2009 (rates); Goldman-Eisler 1968 (pauses); Eyben et al. 2016 (percentiles, alpha ratio)
 */
export function speakingStyle(turns: readonly SpeechTurn[]): SpeakingStyle | null {
  const measured = turns.map((turn) => turn.measure())
  try {
    return styleOf(measured)
  } finally {
    for (const turn of measured) wipe(turn)
  }
}

function wipe({ voicedHz, speechDbfs, envelope, isSpeech }: MeasuredTurn): void {
  for (const track of [voicedHz, speechDbfs, envelope, isSpeech]) track.fill(0)
}

function styleOf(measured: readonly MeasuredTurn[]): SpeakingStyle | null {
  const f0 = statistics(joined(measured, ({ voicedHz }) => voicedHz))
  if (f0.count * TRACK_HOP_S < MIN_VOICED_S) return null
  const modulation: Modulation = { band: 0, all: 0 }
  let [frames, syllables, pauseCount, pausesS] = [0, 0, 0, 0]
  for (const turn of measured) {
    const found = pauses(turn.isSpeech, TRACK_HOP_S)
    frames += turn.isSpeech.length
    syllables += turn.syllables
    pauseCount += found.count
    pausesS += found.count * found.meanLengthS
    addModulation(turn.envelope, modulation)
  }
  const wholeS = frames * TRACK_HOP_S
  const energy = statistics(joined(measured, ({ speechDbfs }) => speechDbfs))
  return {
    syllableRatePerS: syllables / wholeS,
    articulationRatePerS: syllables / (wholeS - pausesS),
    pauseRatio: pausesS / wholeS,
    pauseLengthS: pauseCount > 0 ? pausesS / pauseCount : 0,
    f0MedianSt: semitones(f0.p50),
    f0SpreadSt: semitones(f0.p80) - semitones(f0.p20),
    energySpreadDb: energy.p80 - energy.p20,
    spectralTiltDb: statistics(joined(measured, ({ tiltDb }) => tiltDb)).p50,
    modulationShare: modulation.all > 0 ? modulation.band / modulation.all : 0,
  }
}

function joined(turns: readonly MeasuredTurn[], of: (turn: MeasuredTurn) => ArrayLike<number>): Float64Array {
  const parts = turns.map(of)
  const whole = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
