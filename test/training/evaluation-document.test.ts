import t from 'tap'
import { evaluationDocument } from '../../training/src/evaluate/evaluation-document.js'
import type { EvaluationReport } from '../../training/src/evaluate/evaluation-report.js'
import { formReport } from '../../training/src/evaluate/figures.js'
import { noiseReport } from '../../training/src/evaluate/noise-report.js'
import type { Verdict } from '../../training/src/evaluate/verdict.js'
import { warmFigures } from '../../training/src/evaluate/warm-report.js'
import { picturesOf } from '../../training/src/report/document.js'
import { toHtml } from '../../training/src/report/to-html.js'
import { toMarkdown, toTerminal } from '../../training/src/report/to-markdown.js'

const LABELS = ['neutral', 'angry']

function verdicts(hits: number): Verdict[] {
  return Array.from({ length: 8 }, (_, i) => {
    const truth = i % 2
    const probabilities = i < hits === (truth === 0) ? [0.8, 0.2] : [0.3, 0.7]
    const clip = {
      corpus: 'ravdess',
      name: String(i),
      speaker: String(i % 3),
      sex: i % 3 ? 'female' : 'male',
    } as const
    return { ...clip, truth, probabilities, uncalibrated: probabilities, abstained: i === 7 }
  })
}

function report(): EvaluationReport {
  const folds = [
    { fold: '1', verdicts: verdicts(8) },
    { fold: '2', verdicts: verdicts(6) },
  ]
  const noisy = [10, 0].map((snrDb) => ({
    kind: 'white',
    snrDb,
    folds: folds.map(({ fold }) => ({ fold, verdicts: verdicts(4) })),
  }))
  const cold = warmFigures([folds], LABELS)
  return {
    schema: 'affectd.evaluation/1',
    model: 'folds',
    protocol: 'ravdess-emobox6@1',
    provenance: {
      command: 'npm run evaluate -- --noise',
      date: '2026-01-02T03:04:05.000Z',
      cpu: 'a processor',
      cores: 2,
      node: 'v20',
      commit: 'abc',
      seeds: { warm: [1, 2] },
    },
    artefacts: { 'fold-1': 'ab'.repeat(32) },
    notes: ['a note | with a bar'],
    int8: formReport(folds, LABELS),
    noise: noiseReport(folds, noisy, LABELS, 1),
    warm: { clipsHeard: 3, seeds: [1, 2], cold, policies: { neutral: cold, all: cold } },
  }
}

t.test('the report tells means over folds, noise, warmth and where all of it comes from', async (t) => {
  const markdown = toMarkdown(evaluationDocument(report()))
  t.match(markdown, /\| UA \| 87\.5 ± 17\.7 % \|/)
  t.match(markdown, /angry against the rest, AUC, pooled/)
  t.match(markdown, /\| white \| 10 dB \| 50\.0 ± 0\.0 % \| 37\.5 \|/)
  t.match(markdown, /warm, learning from what it judges neutral/)
  t.match(markdown, /npm run evaluate -- --noise/)
  t.match(markdown, /\| fold-1 \| sha256 abab/)
  t.match(markdown, /\| abstained \| 12\.5 % \|/)
  t.notMatch(markdown, /NaN|undefined/)
})

t.test(
  'every picture is linked in the Markdown, held by the page and left out of the terminal',
  async (t) => {
    const document = evaluationDocument(report())
    const names = picturesOf(document).map(({ name }) => name)
    t.same(names, ['confusion-int8', 'reliability-int8', 'speakers-int8', 'noise-ua', 'noise-ece'])
    t.equal(new Set(names).size, names.length)
    for (const name of names) t.match(toMarkdown(document), `(${name}.svg)`)
    t.equal(toHtml(document).match(/data:image\/svg\+xml/g)?.length, names.length)
    t.notMatch(toTerminal(document), /svg/)
    for (const { svg } of picturesOf(document)) t.notMatch(svg, /NaN|undefined/)
  },
)
