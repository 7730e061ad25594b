import t from 'tap'
import { loadCorpus } from '../../training/src/corpora/load-corpus.js'
import { deviceGates } from '../../training/src/dataset/device-gates.js'
import { frameAreas } from '../../training/src/vad/judge-frames.js'
import { judgeNoises } from '../../training/src/vad/judge-mixtures.js'
import { timedByHand } from '../../training/src/vad/load-material.js'
import { HELD_OUT } from '../../training/src/vad/vad-split.js'
import { decodeEmodb, hasEmodb } from '../support/emodb.js'

const EVERY = 20

t.test(
  'the shipped detector parts speech from pause on speakers that it never heard',
  { skip: !hasEmodb() },
  async (t) => {
    const root = t.testdir()
    decodeEmodb(root, HELD_OUT.emodb, EVERY)
    const timed = await Promise.all(loadCorpus(root, 'emodb').map((clip) => timedByHand(root, clip)))
    const clips = timed.flatMap((clip) => clip ?? [])
    t.ok(clips.length >= 10)
    const detectors = [deviceGates('network').createVad(), deviceGates('energy').createVad()]
    const [white, cabin] = judgeNoises(new Map(), [])
    for (const [name, noise, snrDb, least] of [
      ['clean', null, 0, 0.94],
      ['white', white, 0, 0.86],
      ['cabin', cabin, 0, 0.86],
    ] as const) {
      const [network, energy] = frameAreas(clips, detectors, noise ?? null, snrDb, 1) as [number, number]
      t.ok(network >= least, `${name}: ${network} (energy ${energy})`)
    }
  },
)
