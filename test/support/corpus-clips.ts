import { LABELS, type Clip, type Label, type Sex } from '../../training/src/corpora/clip.js'
import { corpusByName } from '../../training/src/corpora/load-corpus.js'

const WHOLE_CORPORA: Readonly<Record<string, Readonly<Record<Sex, readonly string[]>>>> = {
  emodb: { female: ['08', '09', '13', '14', '16'], male: ['03', '10', '11', '12', '15'] },
  tess: { female: ['OAF', 'YAF'], male: [] },
  nemo: { female: ['EB0', 'IC0', 'KD0', 'MK0'], male: ['KS0', 'MP0', 'SM0', 'TP0', 'WR0'] },
  savee: { female: [], male: ['DC', 'JE', 'JK', 'KL'] },
}

/** A clip that is as good as any; no file belongs to it. */
export function aClip(fields: Partial<Clip> = {}): Clip {
  return {
    path: '/nowhere.wav',
    corpus: 'ravdess',
    name: 'clip',
    speaker: '1',
    sex: 'male',
    label: 'happy',
    corpusLabel: fields.label ?? 'happy',
    intensity: null,
    text: null,
    ...fields,
  }
}

/** Made-up clips of all of a corpus's speakers and classes, a few words in each. */
export function clipsOfCorpus(corpus: string): Clip[] {
  if (corpus === 'ravdess') return ravdess()
  const { labels } = corpusByName(corpus)
  if (corpus === 'cremad') return numbered(91, 1001).flatMap((actor) => spoken('cremad', actor, null, labels))
  const { female, male } = WHOLE_CORPORA[corpus] as Readonly<Record<Sex, readonly string[]>>
  return [
    ...female.flatMap((speaker) => spoken(corpus, speaker, 'female', labels)),
    ...male.flatMap((speaker) => spoken(corpus, speaker, 'male', labels)),
  ]
}

/** RAVDESS as it is published, clip for clip, its duplicate aside. */
function ravdess(): Clip[] {
  const two = (n: number): string => String(n).padStart(2, '0')
  return numbered(24, 1).flatMap((speaker) =>
    LABELS.flatMap((label, emotion) =>
      [1, 2].flatMap((intensity) =>
        [1, 2].flatMap((statement) =>
          [1, 2].flatMap((repetition) => {
            const name = ['03', '01', two(emotion + 1), two(intensity), two(statement), two(repetition)]
              .concat(two(Number(speaker)))
              .join('-')
            if ((label === 'neutral' && intensity === 2) || name === '03-01-03-01-02-02-07') return []
            const sex = Number(speaker) % 2 === 1 ? 'male' : 'female'
            return [aClip({ corpus: 'ravdess', name, speaker, sex, label, text: two(statement) })]
          }),
        ),
      ),
    ),
  )
}

function spoken(corpus: string, speaker: string, sex: Sex | null, labels: readonly Label[]): Clip[] {
  return ['bread', 'moon', 'door', 'rain', 'yes'].flatMap((text) =>
    labels.map((label) => aClip({ corpus, name: `${speaker}_${text}_${label}`, speaker, sex, label, text })),
  )
}

function numbered(count: number, first: number): string[] {
  return Array.from({ length: count }, (_, i) => String(first + i))
}
