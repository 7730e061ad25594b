import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { DEFAULT_MODEL_DIR } from '../../src/config/defaults.js'
import { recordDecisions } from '../../training/src/evaluate/record-decisions.js'
import { parseRecorded } from '../../training/src/evaluate/recorded-decisions.js'
import { decodeClips, hasRavdess } from '../support/corpora.js'
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
}
