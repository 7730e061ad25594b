import { readFileSync } from 'node:fs'
import { basename, dirname, extname, resolve } from 'node:path'
import { InputError } from '../../../src/errors.js'
import { UNIFIED_LABELS, type Clip, type Label, type Sex } from './clip.js'
import { parseCsv, type CsvRow } from './csv.js'

const REQUIRED = ['path', 'label', 'speaker'] as const
const COLUMNS = [...REQUIRED, 'corpus', 'sex'] as const

type Column = (typeof COLUMNS)[number]

/**
 * People's own recordings: a CSV file whose first line names the columns `path,label,speaker` and may name `corpus`
 * (else the file's own name) and `sex` (`female`, `male` or empty). Paths are relative to the manifest.
 *
 * @throws {InputError} `CORPUS_NOT_FOUND` if the file cannot be read, `CORPUS_CSV` if it is no CSV, `CORPUS_MANIFEST`
 *   if a column or a value is not allowed
 */
export function loadManifest(path: string): Clip[] {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (cause) {
    throw new InputError('CORPUS_NOT_FOUND', `the manifest cannot be read: ${path}`, { cause })
  }
  return manifestClips(text, path)
}

/** As `loadManifest`, of the text of the manifest at `file`. */
export function manifestClips(text: string, file: string): Clip[] {
  const [header, ...rows] = parseCsv(text, file)
  const columns = columnsOf(header, file)
  return rows.map((row) => clipOf(row, columns, file))
}

function columnsOf(header: CsvRow | undefined, file: string): readonly Column[] {
  const names = (header?.cells ?? []).map((cell) => cell.trim().toLowerCase())
  const missing = REQUIRED.filter((name) => !names.includes(name))
  const unknown = names.filter((name) => !COLUMNS.some((column) => column === name))
  if (missing.length > 0 || unknown.length > 0 || new Set(names).size < names.length) {
    throw new InputError(
      'CORPUS_MANIFEST',
      `${file}, line ${header?.line ?? 1}: columns are '${names.join(',')}'; each once, ` +
        `${REQUIRED.join(', ')} are needed and ${COLUMNS.slice(REQUIRED.length).join(', ')} allowed`,
    )
  }
  return names as Column[]
}

function clipOf(row: CsvRow, columns: readonly Column[], file: string): Clip {
  const refuse = (what: string): never => {
    throw new InputError('CORPUS_MANIFEST', `${file}, line ${row.line}: ${what}`)
  }
  if (row.cells.length !== columns.length) {
    refuse(`${row.cells.length} cells where the first line names ${columns.length} columns`)
  }
  const cell = (column: Column): string => row.cells[columns.indexOf(column)]?.trim() ?? ''
  for (const column of REQUIRED) if (cell(column) === '') refuse(`${column} is empty`)
  const label = cell('label')
  const sex = cell('sex').toLowerCase()
  if (!isLabel(label)) refuse(`label '${label}' is unknown; choose from ${UNIFIED_LABELS.join(', ')}`)
  if (!isSex(sex) && sex !== '') refuse(`sex '${sex}' is unknown; choose female or male, or leave it empty`)
  return {
    path: resolve(dirname(file), cell('path')),
    corpus: cell('corpus') || basename(file, extname(file)),
    name: cell('path'),
    speaker: cell('speaker'),
    sex: isSex(sex) ? sex : null,
    label: label as Label,
    corpusLabel: label,
    intensity: null,
    text: null,
  }
}

function isLabel(text: string): text is Label {
  return UNIFIED_LABELS.some((label) => label === text)
}

function isSex(text: string): text is Sex {
  return text === 'female' || text === 'male'
}
