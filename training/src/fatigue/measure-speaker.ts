import type { FatigueBlock } from '../../../src/affect/fatigue/fatigue-cues.js'
import { deviceGates } from '../dataset/device-gates.js'
import { createRandom } from '../random.js'
import { DOSE_SERIES, UNMODIFIED, type Dose } from './dose.js'
import { hearSession, noonOf } from './hear-sessions.js'
import { sessionAudio } from './session-audio.js'
import { loadHalves, type Speaker } from './speaker-material.js'

/** Sessions of the baseline, and blocks of about a minute of speech in each: twelve minutes. */
export const BASELINE_SESSIONS = 3
export const BASELINE_BLOCKS = 4
/** Unmodified sessions that are judged, and their blocks. */
const JUDGED_SESSIONS = 3
const JUDGED_BLOCKS = 8
/** Blocks of a session under a dose. */
const DOSED_BLOCKS = 6

export interface SpeakerTask {
  readonly speaker: Speaker
  readonly seed: number
}

/** Blocks of one speaker's sessions, by the device's own code. */
export interface MeasuredSpeaker {
  readonly corpus: string
  readonly speaker: string
  readonly manner: Speaker['manner']
  readonly baselineS: number
  readonly judgedS: number
  readonly baseline: readonly (readonly FatigueBlock[])[]
  readonly unmodified: readonly (readonly FatigueBlock[])[]
  readonly dosed: readonly {
    readonly series: string
    readonly step: string
    readonly blocks: readonly FatigueBlock[]
  }[]
}

/** Hears a speaker's sessions; `lively` ones are for false alarms and get no doses. */
export async function measureSpeaker(
  { speaker, seed }: SpeakerTask,
  onStep: (text: string) => void,
): Promise<MeasuredSpeaker> {
  const { baseline, judged, baselineS, judgedS } = await loadHalves(speaker, seed)
  const gate = deviceGates().createGate()
  const sessions = (phrases: typeof baseline, count: number, blocks: number, day: number): FatigueBlock[][] =>
    Array.from({ length: count }, (_, n) =>
      hearSession(
        sessionAudio(phrases, UNMODIFIED, createRandom(seed, day + n)),
        gate,
        noonOf(day + n),
        blocks,
      ),
    )
  const dosedSession = (dose: Dose): FatigueBlock[] =>
    hearSession(sessionAudio(judged, dose, createRandom(seed, 200)), gate, noonOf(200), DOSED_BLOCKS)
  const { corpus, manner } = speaker
  onStep('baseline')
  const measured = {
    corpus,
    speaker: speaker.speaker,
    manner,
    baselineS,
    judgedS,
    baseline: sessions(baseline, BASELINE_SESSIONS, BASELINE_BLOCKS, 0),
    unmodified: sessions(judged, JUDGED_SESSIONS, JUDGED_BLOCKS, 100),
  }
  const series = manner === 'neutral' ? DOSE_SERIES : []
  const dosed = series.flatMap(({ name, steps }) =>
    steps.map(({ name: step, dose }) => {
      onStep(`${name} ${step}`)
      return { series: name, step, blocks: dosedSession(dose) }
    }),
  )
  return { ...measured, dosed }
}
