import { PlantedRuns, RUN } from './planted-runs.js'

/** What was found where: `base64 › s16le`, byte 1234 of what was searched. */
export interface Leak {
  readonly encoding: string
  readonly at: number
}

export interface Planted {
  /** 16-bit samples, as they went in. */
  readonly samples: Int16Array
  /** Rows of features, as `src/features/` makes them. */
  readonly rows: readonly Float32Array[]
}

/** Bytes of text that holds a run: shorter pieces are not decoded. */
const LEAST_BYTES = 2 * RUN
const HEX = new RegExp(`(?:[0-9a-f]{2}[ :,]?){${LEAST_BYTES},}[0-9a-f]?`, 'gi')
const BASE64 = /[A-Za-z0-9+/_-]{16,}/g
const NUMBER = /[+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?/gi
/** `JSON.stringify` of a typed array: `{"0":1,"1":2}`. */
const INDEX_KEY = /"?\d+"?\s*:\s*(?=[-\d])/g
/** Between two numbers of one list, printed as people and programs print them. */
const SEPARATOR = /^[^0-9A-Za-z]{1,24}$/
const MIN_FRACTION_DIGITS = 3

interface Token {
  readonly at: number
  readonly value: number
  /** Digits after the point, less the exponent. */
  readonly digits: number
}

/**
 * Looks for planted audio and features in bytes that a process wrote: runs of six consecutive values as 16-bit integers
 * (either order of bytes), float32 or float64, as numbers in text (integers, fractions of three digits and more,
 * lists of bytes), and all that again within hex and base64, at every alignment.
 */
export class LeakScanner {
  readonly #integers: PlantedRuns
  readonly #fractions: PlantedRuns
  readonly #features: PlantedRuns

  constructor({ samples, rows }: Planted) {
    this.#integers = new PlantedRuns([samples])
    this.#fractions = new PlantedRuns([Float64Array.from(samples, (sample) => sample / 32_768)])
    this.#features = new PlantedRuns(rows)
  }

  /** @returns the first of each kind; nothing for what holds nothing planted */
  scan(bytes: Buffer): Leak[] {
    const found = new Map<string, Leak>()
    const note = (encoding: string, at: number): void => {
      if (!found.has(encoding)) found.set(encoding, { encoding, at })
    }
    this.#scanBinary(bytes, note)
    const text = bytes.toString('latin1')
    this.#scanNumbers(text, note)
    for (const match of text.matchAll(HEX)) {
      const digits = match[0].replaceAll(/[ :,]/g, '')
      for (const skipped of [0, 1]) {
        const decoded = Buffer.from(digits.slice(skipped), 'hex')
        this.#scanBinary(decoded, (encoding) => note(`hex › ${encoding}`, match.index))
      }
    }
    for (const match of text.matchAll(BASE64)) {
      for (let skipped = 0; skipped < 4; skipped++) {
        const decoded = Buffer.from(match[0].slice(skipped), 'base64')
        this.#scanBinary(decoded, (encoding) => note(`base64 › ${encoding}`, match.index))
      }
    }
    return [...found.values()]
  }

  #scanBinary(bytes: Buffer, note: (encoding: string, at: number) => void): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const forms: [string, number, PlantedRuns, (at: number) => number][] = [
      ['s16le', 2, this.#integers, (at) => view.getInt16(at, true)],
      ['s16be', 2, this.#integers, (at) => view.getInt16(at, false)],
      ['float32le', 4, this.#fractions, (at) => view.getFloat32(at, true)],
      ['float64le', 8, this.#fractions, (at) => view.getFloat64(at, true)],
      ['features float32le', 4, this.#features, (at) => view.getFloat32(at, true)],
      ['features float64le', 8, this.#features, (at) => view.getFloat64(at, true)],
    ]
    for (const [encoding, width, runs, read] of forms) {
      const last = bytes.length - RUN * width
      for (let at = 0; at <= last; at++) {
        if (runs.mayBegin(read(at)) && runs.has((n) => read(at + n * width))) {
          note(encoding, at)
          break
        }
      }
    }
  }

  #scanNumbers(text: string, note: (encoding: string, at: number) => void): void {
    for (const list of numberLists(text.replaceAll(INDEX_KEY, ''))) {
      for (let first = 0; first + RUN <= list.length; first++) {
        const values = list.slice(first, first + RUN).map(({ value }) => value)
        const tokens = list.slice(first, first + RUN)
        const { at } = tokens[0] as Token
        if (tokens.every(({ digits }) => digits === 0)) {
          if (this.#integers.has((n) => values[n] as number)) note('integers in text', at)
        }
        const digits = Math.max(...tokens.map((token) => token.digits))
        if (digits < MIN_FRACTION_DIGITS) continue
        // A number may have been cut instead of rounded, and zeros at its end left out.
        const tolerance = 10 ** -Math.min(digits, 6)
        if (this.#fractions.hasNear(values, tolerance)) note('fractions in text', at)
        if (this.#features.hasNear(values, tolerance)) note('features in text', at)
      }
      const isBytes = ({ value, digits }: Token): boolean => digits === 0 && value >= 0 && value <= 255
      if (list.length < LEAST_BYTES || !list.every(isBytes)) continue
      const bytes = Buffer.from(list.map(({ value }) => value))
      this.#scanBinary(bytes, (encoding) => note(`bytes in text › ${encoding}`, (list[0] as Token).at))
    }
  }
}

/** Numbers that stand side by side, at least RUN of them. */
function numberLists(text: string): Token[][] {
  const lists: Token[][] = []
  let list: Token[] = []
  let end = 0
  for (const match of text.matchAll(NUMBER)) {
    if (list.length > 0 && !SEPARATOR.test(text.slice(end, match.index))) {
      if (list.length >= RUN) lists.push(list)
      list = []
    }
    list.push({ at: match.index, value: Number(match[0]), digits: fractionDigits(match[0]) })
    end = match.index + match[0].length
  }
  if (list.length >= RUN) lists.push(list)
  return lists
}

function fractionDigits(text: string): number {
  const [, fraction = '', exponent = '0'] = /^[+-]?\d+(?:\.(\d+))?(?:e([+-]?\d+))?$/i.exec(text) ?? []
  return Math.max(0, fraction.length - Number(exponent))
}
