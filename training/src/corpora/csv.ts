import { InputError } from '../../../src/errors.js'

/** One record, and the line of the file that it starts on, counted from 1. */
export interface CsvRow {
  readonly line: number
  readonly cells: readonly string[]
}

/**
 * Comma-separated values after RFC 4180: quoted cells may hold commas, line breaks and doubled quotes. Line ends may
 * be CRLF, LF or CR, a byte order mark is passed over, and empty lines are left out.
 *
 * @param file named in errors
 * @throws {InputError} `CORPUS_CSV`: a quote that is not closed, or one where none may stand
 */
export function parseCsv(text: string, file: string): CsvRow[] {
  const rows: CsvRow[] = []
  let line = 1
  let at = text.startsWith('\ufeff') ? 1 : 0
  while (at < text.length) {
    const start = line
    const begin = at
    const cells: string[] = []
    for (;;) {
      const { value, end } = text[at] === '"' ? quotedCell(text, at) : bareCell(text, at)
      if (end < 0 || !/[,\r\n]/.test(text[end] ?? '\n')) {
        throw new InputError(
          'CORPUS_CSV',
          `${file}, line ${line}: a quote is not closed or stands where none may; put the cell in quotes and double those within`,
        )
      }
      cells.push(value)
      line += lineBreaks(value)
      at = end + 1
      if (text[end] !== ',') break
    }
    const isEmptyLine = at - begin <= 1 && cells[0] === ''
    if (text[at - 1] === '\r' && text[at] === '\n') at++
    line++
    if (!isEmptyLine) rows.push({ line: start, cells })
  }
  return rows
}

interface Cell {
  readonly value: string
  /** Index after it, or −1 if its quote is not closed. */
  readonly end: number
}

function quotedCell(text: string, at: number): Cell {
  const parts: string[] = []
  let from = at + 1
  for (;;) {
    const quote = text.indexOf('"', from)
    if (quote < 0) return { value: '', end: -1 }
    parts.push(text.slice(from, quote))
    if (text[quote + 1] !== '"') return { value: parts.join('"'), end: quote + 1 }
    from = quote + 2
  }
}

/** Ends at what ends a cell, or at a quote, which may not stand in it. */
function bareCell(text: string, at: number): Cell {
  let end = at
  while (end < text.length && !/[",\r\n]/.test(text[end] as string)) end++
  return { value: text.slice(at, end), end }
}

function lineBreaks(text: string): number {
  return text.match(/\r\n|\n|\r/g)?.length ?? 0
}
