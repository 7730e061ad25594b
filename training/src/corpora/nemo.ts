import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { InputError } from '../../../src/errors.js'
import type { Clip, Label } from './clip.js'
import type { Corpus } from './corpus.js'
import { wavPaths } from './wav-paths.js'

const CLASSES: ReadonlyMap<string, Label> = new Map([
  ['anger', 'angry'],
  ['fear', 'fearful'],
  ['happiness', 'happy'],
  ['neutral', 'neutral'],
  ['sadness', 'sad'],
  ['surprised', 'surprised'],
])

/**
 * nEMO: nine Polish speakers, six classes; sex and text from `data.tsv`.
 *
 * @see Christop 2024, arXiv:2404.06292
 */
export const NEMO: Corpus = {
  name: 'nemo',
  title: 'nEMO',
  language: 'Polish',
  licence: 'CC BY-NC-SA 4.0',
  source: 'https://arxiv.org/abs/2404.06292',
  labels: ['neutral', 'happy', 'sad', 'angry', 'fearful', 'surprised'],
  leftOut: [],
  expectedClips: 4481,
  load(folder) {
    const rows = readTable(join(folder, 'data.tsv'))
    return wavPaths(join(folder, 'samples')).flatMap((path) => clipOf(path, rows) ?? [])
  },
}

interface Row {
  readonly text: string | null
  readonly sex: Clip['sex']
}

function clipOf(path: string, rows: ReadonlyMap<string, Row>): Clip | null {
  const name = basename(path, '.wav')
  const [speaker, corpusLabel] = name.split('_')
  const label = CLASSES.get(corpusLabel ?? '')
  if (!speaker || !corpusLabel || !label) return null
  const { sex, text } = rows.get(name) ?? { sex: null, text: null }
  return { path, corpus: 'nemo', name, speaker, sex, label, corpusLabel, intensity: null, text }
}

/** Rows by the clip's name. The published table pads its speakers with spaces, so every field is trimmed. */
function readTable(path: string): ReadonlyMap<string, Row> {
  let lines: string[]
  try {
    lines = readFileSync(path, 'utf8').split('\n').slice(1)
  } catch (cause) {
    throw new InputError('CORPUS_NOT_FOUND', `nEMO's table is missing: ${path}`, { cause })
  }
  return new Map(
    lines.map((line) => {
      const [file = '', , , text, , sex] = line.split('\t').map((field) => field.trim())
      return [
        basename(file, '.wav'),
        { text: text || null, sex: sex === 'female' || sex === 'male' ? sex : null },
      ]
    }),
  )
}
