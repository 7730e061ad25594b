import fc from 'fast-check'
import t from 'tap'
import { DEFAULT_VAD_MODEL_DIR } from '../../src/config/defaults.js'
import { featureParamsHash } from '../../src/features/feature-params-hash.js'
import { DEFAULT_GATE_PARAMS } from '../../src/gate/gate-params.js'
import { checkVadModel, createNetworkVad } from '../../src/gate/network-vad.js'
import { VAD_FEATURE_PARAMS } from '../../src/gate/vad-features.js'
import { readArtefact } from '../../src/nn/artefact-reader.js'
import { createNetwork } from '../../src/nn/network.js'
import { arbitraryFrames } from '../support/arbitrary-frames.js'
import { demoSpeech } from '../support/demo-speech.js'
import {
  framesOf,
  sequence,
  silence,
  sum,
  tone,
  whiteNoise,
  type Signal,
} from '../support/synthetic-audio.js'

const artefact = readArtefact(DEFAULT_VAD_MODEL_DIR, featureParamsHash(VAD_FEATURE_PARAMS))
const { exitScore } = DEFAULT_GATE_PARAMS
const speech = await demoSpeech()

function scoresOf(signal: Signal, seconds: number): number[] {
  const vad = createNetworkVad(artefact, DEFAULT_GATE_PARAMS)
  return framesOf(signal, seconds).map(({ samples }) => vad.score(samples))
}

function speechShare(scores: readonly number[]): number {
  return scores.filter((score) => score >= exitScore).length / scores.length
}

t.test('the shipped detector holds its golden vectors and its budget', async (t) => {
  t.doesNotThrow(() => checkVadModel(artefact))
  const { parameters, macs } = createNetwork(artefact.manifest, artefact.weights)
  t.ok(parameters <= 30_000, `${parameters} parameters`)
  t.ok(macs <= 100_000, `${macs} multiply-accumulates a frame`)
})

t.test('another kind of model is refused', async (t) => {
  const { manifest } = artefact
  t.throws(() => checkVadModel({ ...artefact, manifest: { ...manifest, labels: ['calm', 'angry'] } }), {
    code: 'MODEL_LABELS',
    message: 'calm, angry',
  })
  t.throws(
    () =>
      checkVadModel({
        ...artefact,
        manifest: { ...manifest, input: { ...manifest.input, shape: [12, 40, 1] } },
      }),
    { code: 'MODEL_SHAPE', message: '12 × 40' },
  )
  const golden = artefact.golden.map(({ input, output }) => ({ input, output: output.map((q) => q ^ 1) }))
  t.throws(() => checkVadModel({ ...artefact, golden }), { code: 'MODEL_GOLDEN' })
})

t.test('digital silence and clipped frames score 0', async (t) => {
  t.same(new Set(scoresOf(silence, 1)), new Set([0]))
  t.same(new Set(scoresOf((i) => 100 * tone(200, 1)(i), 1)), new Set([0]))
})

t.test('speech scores as speech, in quiet and in noise, loud and faint', async (t) => {
  t.ok(speechShare(scoresOf(speech, 3)) > 0.7, 'at the start of the stream')
  t.ok(speechShare(scoresOf(sum(speech, whiteNoise(0.01)), 3)) > 0.6, 'in noise')
  t.ok(speechShare(scoresOf((i) => speech(i) / 16, 3)) > 0.7, 'faint')
})

t.test('steady noise scores low at any level', async (t) => {
  for (const levelDbfs of [-60, -40, -20, -6]) {
    const share = speechShare(scoresOf(whiteNoise(10 ** (levelDbfs / 20)), 4))
    t.ok(share < 0.02, `${levelDbfs} dBFS: ${share}`)
  }
})

t.test('reset forgets everything heard', async (t) => {
  const fresh = createNetworkVad(artefact, DEFAULT_GATE_PARAMS)
  const used = createNetworkVad(artefact, DEFAULT_GATE_PARAMS)
  for (const { samples } of framesOf(sequence([whiteNoise(0.3, 7), 1], [speech, 1]), 2)) used.score(samples)
  used.reset()
  t.equal(used.voicing, 0)
  for (const { samples } of framesOf(speech, 2)) t.equal(used.score(samples), fresh.score(samples))
  t.equal(used.noiseDbfs, fresh.noiseDbfs)
})

t.test('whatever the samples, score and voicing stay in [0, 1]', async () => {
  const vad = createNetworkVad(artefact, DEFAULT_GATE_PARAMS)
  fc.assert(
    fc.property(arbitraryFrames, (frames) => {
      vad.reset()
      return frames.every((frame) => {
        const score = vad.score(frame)
        return score >= 0 && score <= 1 && vad.voicing >= 0 && vad.voicing <= 1
      })
    }),
    { numRuns: 60 },
  )
})
