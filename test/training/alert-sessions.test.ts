import fc from 'fast-check'
import t from 'tap'
import { planSession, type SessionOutline } from '../../training/src/alerts/plan-session.js'
import { sessionAudio } from '../../training/src/alerts/session-audio.js'
import { sessionSubjects } from '../../training/src/alerts/session-subjects.js'
import { sessionTasks } from '../../training/src/alerts/session-tasks.js'
import type { MeasuredClip, SessionPlan } from '../../training/src/alerts/session.js'
import { LABELS, type Clip, type Label } from '../../training/src/corpora/clip.js'
import { isAmong, RELEASED_TEST } from '../../training/src/protocols/held-out-speakers.js'
import { EMOBOX_TEST_ACTORS } from '../../training/src/protocols/ravdess-emobox6.js'
import { createRandom } from '../../training/src/random.js'

const SECOND = 16_000

function clipOf(speaker: string, label: Label, corpus = 'ravdess', n = 0): Clip {
  const name = `${corpus}-${speaker}-${label}-${n}`
  return {
    path: name,
    corpus,
    name,
    speaker,
    sex: null,
    label,
    corpusLabel: label,
    intensity: null,
    text: null,
  }
}

function voice(speaker: string): MeasuredClip[] {
  return LABELS.map((label, n) => ({
    clip: clipOf(speaker, label),
    durationSamples: Math.round((2 + n / 4) * SECOND),
    activePower: label === 'angry' ? 0.04 : 0.01,
  }))
}

const outline: SessionOutline = {
  kind: 'mixed',
  seconds: 900,
  cast: { main: voice('a'), companion: voice('b'), bystanders: voice('c').slice(0, 2) },
  noise: { rain: ['rain-1', 'rain-2'], rooster: ['rooster-1'] },
}

function planned(seed: number, kind: SessionOutline['kind'] = 'mixed'): SessionPlan {
  return planSession({ ...outline, kind }, createRandom(seed))
}

t.test('the same seed plans the same session, another seed another', async (t) => {
  t.same(planned(7), planned(7))
  t.notSame(planned(7).turns, planned(8).turns)
})

t.test('turns and episodes follow one another, and noise is everywhere once', async () => {
  fc.assert(
    fc.property(fc.nat(10_000), fc.constantFrom('mixed' as const, 'neutral' as const), (seed, kind) => {
      const { turns, episodes, beds, lengthSamples } = planned(seed, kind)
      const follow = (all: readonly { readonly from: number; readonly to: number }[]): boolean =>
        all.every(
          ({ from, to }, n) => from < to && to <= lengthSamples && (n === 0 || from >= all[n - 1]!.to),
        )
      const isOrdered =
        follow(
          turns.map((turn) => ({ from: turn.startSample, to: turn.startSample + turn.durationSamples })),
        ) && follow(episodes.map(({ startSample, endSample }) => ({ from: startSample, to: endSample })))
      const isCovered =
        beds[0]?.startSample === 0 &&
        beds.at(-1)?.endSample === lengthSamples &&
        beds.every((bed, n) => n === 0 || bed.startSample === beds[n - 1]!.endSample)
      return isOrdered && isCovered && (kind === 'mixed' || episodes.length === 0)
    }),
    { numRuns: 40 },
  )
})

t.test('anger is heard in its episodes alone, and a neutral session is neutral', async (t) => {
  const { turns, episodes } = planned(3)
  const labelOf = (path: string): string => path.split('-')[2] ?? ''
  for (const { path, startSample } of turns.filter((turn) => labelOf(turn.path) === 'angry')) {
    const around = episodes.find((one) => startSample >= one.startSample && startSample < one.endSample)
    t.equal(around?.label, 'angry', path)
  }
  t.equal(episodes.filter(({ label }) => label === 'angry').length, 3)
  t.equal(episodes.length, 4)
  t.same(
    planned(3, 'neutral').turns.filter(({ path }) => !['neutral', 'calm'].includes(labelOf(path))),
    [],
  )
})

t.test(
  'a session comes in pieces of at most two minutes, every sample as planned and within full scale',
  async (t) => {
    const plan = planSession({ ...outline, seconds: 60 }, createRandom(5))
    const audioOf = async (): Promise<Float32Array> =>
      Float32Array.from({ length: 6 * SECOND }, (_, i) => 0.3 * Math.sin(i / 7))
    let samples = 0
    let peak = 0
    for await (const piece of sessionAudio(plan, audioOf)) {
      t.ok(piece.length <= 120 * SECOND)
      samples += piece.length
      peak = piece.reduce((most, x) => Math.max(most, Math.abs(x)), peak)
    }
    t.equal(samples, plan.lengthSamples)
    t.ok(peak > 0.01 && peak <= 1, `peak ${peak}`)
  },
)

/** Of everybody in the corpora a clip of each class. */
const EVERYBODY: readonly Clip[] = Object.entries({
  ravdess: Array.from({ length: 24 }, (_, n) => String(n + 1)),
  emodb: ['03', '08', '09', '10', '11', '12', '13', '14', '15', '16'],
  nemo: ['EB0', 'IC0', 'KD0', 'KS0', 'MK0', 'MP0', 'SM0', 'TP0', 'WR0'],
  tess: ['OAF', 'YAF'],
}).flatMap(([corpus, speakers]) =>
  speakers.flatMap((speaker) => LABELS.map((label) => clipOf(speaker, label, corpus))),
)

/** Whether the model was not trained on the clip's speaker. */
function isNewTo(model: string, clip: Clip): boolean {
  if (model === 'released') return clip.corpus === 'tess' || isAmong(RELEASED_TEST, clip)
  if (model.startsWith('emodb-fold')) return clip.corpus !== 'emodb' || model.endsWith(clip.speaker)
  const fold = EMOBOX_TEST_ACTORS[Number(model.slice('fold-'.length)) - 1] ?? []
  return clip.corpus !== 'ravdess' || fold.includes(Number(clip.speaker))
}

t.test('nobody is in dev and in another set, and no model hears whom it was trained on', async (t) => {
  const subjects = sessionSubjects(EVERYBODY)
  const models = new Map(subjects.map(({ model }) => [model, { artefact: model, sha256: '' }]))
  const recordings = new Map([['rain', ['r1', 'r2', 'r3', 'r4']]])
  const tasks = sessionTasks({ clips: EVERYBODY, subjects, models, recordings, seed: 1 })
  const heard = tasks.map(({ name, artefact, cast, noise }) => ({
    set: name.split('/')[0] ?? '',
    artefact,
    clips: [...cast.main, ...cast.companion, ...cast.bystanders],
    noises: Object.values(noise).flat(),
  }))
  const namesIn = (isOfSet: (set: string) => boolean): Set<string> =>
    new Set(
      heard
        .filter(({ set }) => isOfSet(set))
        .flatMap(({ clips, noises }) => [
          ...clips.map(({ corpus, speaker }) => `${corpus} ${speaker}`),
          ...noises,
        ]),
    )
  const dev = [...namesIn((set) => set === 'dev')]
  const others = namesIn((set) => set !== 'dev')
  t.ok(dev.length > 20 && others.size > 20)
  t.same(
    dev.filter((name) => others.has(name)),
    [],
  )
  t.notOk(dev.some((name) => name.startsWith('tess')))
  t.same(
    heard.flatMap(({ artefact, clips }) => clips.filter((clip) => !isNewTo(artefact, clip))),
    [],
  )
})
