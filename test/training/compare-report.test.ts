import t from 'tap'
import { compareDocument, meaning } from '../../training/src/compare/compare-document.js'
import {
  binomialHalfWidth,
  splitFigures,
  type ComparedNetwork,
  type CompareReport,
} from '../../training/src/compare/compare-report.js'
import type { Verdict } from '../../training/src/evaluate/verdict.js'
import { toHtml } from '../../training/src/report/to-html.js'
import { toMarkdown } from '../../training/src/report/to-markdown.js'
import { RECIPE_DEFAULTS } from '../../training/src/train/recipe.js'

const LABELS = ['angry', 'sad']

/** Some of ten clips decided rightly. */
function network(architecture: string, randomHits: number, unseenHits: number): ComparedNetwork {
  const figures = (hits: number): ComparedNetwork['splits']['random'] => {
    const verdicts = Array.from({ length: 10 }, (_, i): Verdict => {
      const probabilities = i < hits === (i % 2 === 0) ? [0.9, 0.1] : [0.1, 0.9]
      const clip = { corpus: 'ravdess', name: String(i), speaker: '1', sex: null }
      return { ...clip, truth: i % 2, probabilities, uncalibrated: probabilities, abstained: false }
    })
    return splitFigures({ verdicts, labels: LABELS, warnings: [], processorS: 60 })
  }
  const splits = { random: figures(randomHits), unseen: figures(unseenHits) }
  return {
    architecture,
    splits,
    parameters: 1000,
    macs: 2e6,
    artefactBytes: 5000,
    isQuantized: architecture !== 'gru',
  }
}

function report(networks: readonly ComparedNetwork[]): CompareReport {
  return {
    schema: 'affectd.comparison/1',
    provenance: {
      command: 'npm run compare',
      date: '2026-01-02T03:04:05.000Z',
      cpu: 'a <processor>',
      cores: 2,
      node: 'v20',
      commit: 'abc',
      seeds: { training: 1 },
    },
    notes: [],
    recipe: RECIPE_DEFAULTS,
    networks,
  }
}

t.test('the accuracy lost on unseen speakers is told in the sentence and the table', async (t) => {
  const networks = [network('cnn', 9, 6), network('gru', 8, 7)]
  t.equal(networks[0]?.splits.random.wa, 0.9)
  t.match(meaning(networks), /20 points of accuracy on average \(10 to 30\)/)
  const markdown = toMarkdown(compareDocument(report(networks)))
  t.match(markdown, /\| CNN: cnn \| 93\.0 % \| 90\.0 ± 18\.6 \| 60\.0 ± 30\.4 \| 30\.0 \|/)
  t.match(markdown, /\| RNN: gru \| 86\.0 % \|/)
  t.match(markdown, /\| gru \| 1,000 \| 2\.00 \| ≈ 5 \| 2\.0 \|/, 'what has no int8 form is marked')
})

t.test('the page holds its pictures, loads nothing and escapes what it is told', async (t) => {
  const html = toHtml(compareDocument(report([network('cnn', 9, 6)])))
  t.match(html, /data:image\/svg\+xml;base64/)
  t.notMatch(html, /https?:\/\/(?!www\.w3\.org)/)
  t.match(html, /a &lt;processor&gt;/)
  t.equal(html.match(/<img /g)?.length, 3)
})

t.test('a binomial share has the width of the textbook', async (t) => {
  t.ok(Math.abs(binomialHalfWidth(0.5, 100) - 0.098) < 1e-12)
  t.equal(binomialHalfWidth(1, 10), 0)
})
