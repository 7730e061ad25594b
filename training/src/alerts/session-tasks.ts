import type { Clip } from '../corpora/clip.js'
import { createRandom, type Random } from '../random.js'
import { pick } from './draw.js'
import { SESSION_SETTINGS as S } from './session-settings.js'
import { EMODB_PREFIX, RELEASED_MODEL, type SessionSet, type Subject } from './session-subjects.js'
import type { Cast, SessionKind, SessionTask } from './session.js'

export interface TaskMaterial {
  readonly clips: readonly Clip[]
  readonly subjects: readonly Subject[]
  /** Artefacts by the subjects' models. */
  readonly models: ReadonlyMap<string, { readonly artefact: string; readonly sha256: string }>
  /** Paths of recordings by class. */
  readonly recordings: ReadonlyMap<string, readonly string[]>
  readonly seed: number
}

/** Most clips of a class that a session uses, drawn at random: enough, and they stay in memory. */
const MOST_CLIPS_OF_A_CLASS = 24

/** Sessions a person. Few people are left that the released model has not heard, so that each is heard for longer. */
const DRAWS: Readonly<Record<SessionKind, number>> = { mixed: 1, neutral: 1 }
const RELEASED_DRAWS: Readonly<Record<SessionKind, number>> = { mixed: 3, neutral: 4 }

/** @param heard of the subjects, who sits before a microphone; the others are heard only beside them */
export function sessionTasks(
  material: TaskMaterial,
  heard: ReadonlySet<Subject> = new Set(material.subjects),
): SessionTask[] {
  return [...heard].flatMap((subject) => {
    const { artefact, sha256 } = material.models.get(subject.model)!
    const counts = subject.model === RELEASED_MODEL ? RELEASED_DRAWS : DRAWS
    const draws = (['mixed', 'neutral'] as const).flatMap((kind) =>
      Array.from({ length: counts[kind] }, (_, n) => ({ kind, number: n + 1 })),
    )
    return draws.map(({ kind, number }) => {
      const name = `${subject.set}/${subject.model}/${subject.corpus}-${subject.speaker}/${kind}-${number}`
      const random = createRandom(material.seed, ...Buffer.from(name))
      return {
        name,
        kind,
        seed: random.below(2 ** 30),
        seconds: 60 * (kind === 'mixed' ? S.mixedMinutes : S.neutralMinutes),
        artefact,
        artefactSha256: sha256,
        cast: castOf(subject, material, random),
        noise: noiseOf(subject.set, material.recordings),
      }
    })
  })
}

/**
 * The others are of the same set, and the model has not heard them either: of the same corpus, beside a model of EMO-DB
 * of RAVDESS, beside the released model of any.
 */
function castOf(subject: Subject, { clips, subjects }: TaskMaterial, random: Random): Cast {
  const isReleased = ({ model }: Subject): boolean => model === RELEASED_MODEL
  const corpus = subject.model.startsWith(EMODB_PREFIX) ? 'ravdess' : subject.corpus
  const isOther = (other: Subject): boolean => {
    if (other.set !== subject.set || isReleased(other) !== isReleased(subject) || other === subject)
      return false
    if (isReleased(subject)) return true
    return other.corpus === corpus && (subject.corpus !== 'ravdess' || other.model === subject.model)
  }
  const others = subjects.filter(isOther)
  const of = ({ corpus, speaker }: Subject): Clip[] =>
    clips.filter((clip) => clip.corpus === corpus && clip.speaker === speaker)
  const isNeutral = ({ label }: Clip): boolean => S.neutralLabels.includes(label)
  const companion = others.length > 0 ? pick(others, random) : null
  return {
    main: someOfEach(of(subject), random),
    companion: companion ? someOfEach(of(companion), random) : [],
    bystanders: random.shuffle(others.flatMap(of).filter(isNeutral)).slice(0, MOST_CLIPS_OF_A_CLASS),
  }
}

function someOfEach(clips: readonly Clip[], random: Random): Clip[] {
  const heard = ['angry', ...S.otherLabels, ...S.neutralLabels]
  return heard.flatMap((label) =>
    random.shuffle(clips.filter((clip) => clip.label === label)).slice(0, MOST_CLIPS_OF_A_CLASS),
  )
}

/** Every second recording of each class is heard in dev alone. */
function noiseOf(set: SessionSet, recordings: TaskMaterial['recordings']): SessionTask['noise'] {
  return Object.fromEntries(
    [...recordings].map(([name, paths]) => [
      name,
      [...paths].sort().filter((_, n) => (n % 2 === 0) === (set === 'dev')),
    ]),
  )
}
