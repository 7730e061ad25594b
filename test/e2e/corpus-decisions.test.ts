import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { DEFAULT_MODEL_DIR } from '../../src/config/defaults.js'
import { fastestMfcc } from '../../src/features/mfcc.js'
import { referenceMfcc } from '../../src/features/reference-mfcc.js'
import { fastestGateKernels, referenceGateKernels } from '../../src/gate/gate-kernels.js'
import { fastestEngine } from '../../src/nn/network.js'
import { referenceEngine } from '../../src/nn/reference/reference-engine.js'
import { clipAudio } from '../../training/src/dataset/clip-audio.js'
import { deviceDecisions } from '../../training/src/evaluate/device-decisions.js'
import { recordDecisions } from '../../training/src/evaluate/record-decisions.js'
import { parseRecorded } from '../../training/src/evaluate/recorded-decisions.js'
import { decodeClips, hasRavdess } from '../support/corpora.js'
import { referencePipelines } from '../support/reference-pipeline.js'
import { skipUnless } from '../support/require-part.js'

const RECORDED = fileURLToPath(new URL('corpus-decisions.jsonl', import.meta.url))

if (hasRavdess()) {
  t.test(
    'the released model decides on clips of the corpora as it did when it was released, bit for bit',
    skipUnless('flac'),
    async (t) => {
      const recorded = parseRecorded(readFileSync(RECORDED, 'utf8'))
      t.ok(recorded.clips.length >= 20)
      const clips = decodeClips(t.testdir(), recorded.clips)
      const { model, clips: decided } = await recordDecisions(DEFAULT_MODEL_DIR, clips)
      t.same(
        model,
        recorded.model,
        'a new model is recorded anew: npm run evaluate -- --record, see its --help',
      )
      recorded.clips.forEach((clip, i) => {
        // As text: equal numbers of other bits (0 and -0) are no match.
        t.equal(JSON.stringify(decided[i]), JSON.stringify(clip), clip.name)
      })
    },
  )

  t.test(
    'WASM and the plain reference decide the same on those clips, bit for bit',
    skipUnless('flac'),
    async (t) => {
      t.not(fastestEngine(), referenceEngine)
      t.not(fastestMfcc(), referenceMfcc)
      t.not(fastestGateKernels(), referenceGateKernels)
      const recorded = parseRecorded(readFileSync(RECORDED, 'utf8'))
      const clips = decodeClips(t.testdir(), recorded.clips)
      const { clips: decided } = await recordDecisions(DEFAULT_MODEL_DIR, clips)
      const { labels, create } = referencePipelines()
      for (const [i, { path, name }] of clips.entries()) {
        const plain = deviceDecisions(create(), await clipAudio(path), labels)
        t.equal(JSON.stringify(plain), JSON.stringify(decided[i]?.windows), name)
      }
    },
  )
}
