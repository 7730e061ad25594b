import { existsSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Clip, Intensity, Label, Sex } from './clip.js'
import type { Corpus } from './corpus.js'
import { parseCsv } from './csv.js'
import { wavPaths } from './wav-paths.js'

const NAME = /^(1\d{3})_([A-Z]{3})_(ANG|DIS|FEA|HAP|NEU|SAD)_(LO|MD|HI|XX|X)$/

const CLASSES: Readonly<Record<string, Label>> = {
  ANG: 'angry',
  DIS: 'disgust',
  FEA: 'fearful',
  HAP: 'happy',
  NEU: 'neutral',
  SAD: 'sad',
}

/** `XX` (one file has `X`) is unspecified. */
const LEVELS: Readonly<Record<string, Intensity>> = { LO: 'low', MD: 'medium', HI: 'high' }

const DEMOGRAPHICS = 'VideoDemographics.csv'

/**
 * CREMA-D: 91 actors, six classes, `1001_DFA_ANG_XX.wav` (actor, sentence, emotion, level). Sex comes from its
 * `VideoDemographics.csv` where that lies beside the clips.
 *
 * @see Cao et al. 2014, doi:10.1109/TAFFC.2014.2336244
 */
export const CREMAD: Corpus = {
  name: 'cremad',
  title: 'CREMA-D',
  language: 'English',
  licence: 'ODbL 1.0',
  source: 'https://github.com/CheyneyComputerScience/CREMA-D',
  labels: ['neutral', 'happy', 'sad', 'angry', 'fearful', 'disgust'],
  leftOut: [],
  expectedClips: 7442,
  load(folder) {
    const sexOf = readDemographics(join(folder, DEMOGRAPHICS))
    return wavPaths(folder).flatMap((path) => clipOf(path, sexOf) ?? [])
  },
}

function clipOf(path: string, sexOf: ReadonlyMap<string, Sex>): Clip | null {
  const name = basename(path, '.wav')
  const [, speaker, text, emotion, level] = NAME.exec(name) ?? []
  if (!speaker || !text || !emotion || !level) return null
  return {
    path,
    corpus: 'cremad',
    name,
    speaker,
    sex: sexOf.get(speaker) ?? null,
    label: CLASSES[emotion] as Label,
    corpusLabel: emotion,
    intensity: LEVELS[level] ?? null,
    text,
  }
}

/** Columns `ActorID` and `Sex` (`Male`, `Female`), wherever they stand. */
function readDemographics(path: string): ReadonlyMap<string, Sex> {
  if (!existsSync(path)) return new Map()
  const [header, ...rows] = parseCsv(readFileSync(path, 'utf8'), path)
  const actor = header?.cells.indexOf('ActorID') ?? -1
  const sex = header?.cells.indexOf('Sex') ?? -1
  return new Map(
    rows.flatMap(({ cells }) => {
      const value = cells[sex]?.toLowerCase()
      return value === 'female' || value === 'male' ? [[cells[actor] ?? '', value] as const] : []
    }),
  )
}
