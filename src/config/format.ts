/**
 * What values a key takes: how to tell, how to say it, and how to read one from the environment or the command line.
 */
export interface Format<T> {
  /** In words: `an integer from 1 to 65535`. */
  readonly allowed: string
  /** The same as a JSON Schema (draft 2020-12). */
  readonly jsonSchema: Readonly<Record<string, unknown>>
  accepts(value: unknown): value is T
  /** @returns undefined if the text cannot be one */
  parse(text: string): T | undefined
}

const DECIMAL = /^-?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i

/** @param unit as a person reads it (`ms`, `dB`), for the message only */
export function numberBetween(minimum: number, maximum: number, unit = ''): Format<number> {
  return numeric('number', minimum, maximum, unit, Number.isFinite)
}

export function integerBetween(minimum: number, maximum: number, unit = ''): Format<number> {
  return numeric('integer', minimum, maximum, unit, Number.isSafeInteger)
}

function numeric(
  type: 'number' | 'integer',
  minimum: number,
  maximum: number,
  unit: string,
  isKind: (value: unknown) => boolean,
): Format<number> {
  const article = type === 'integer' ? 'an integer' : 'a number'
  const accepts = (value: unknown): value is number =>
    typeof value === 'number' && isKind(value) && value >= minimum && value <= maximum
  return {
    allowed: `${article} from ${minimum} to ${maximum}${unit === '' ? '' : ` ${unit}`}`,
    jsonSchema: { type, minimum, maximum },
    accepts,
    // Number() would take '', ' 1', '0x10' and 'Infinity'.
    parse: (text) => (DECIMAL.test(text) && accepts(Number(text)) ? Number(text) : undefined),
  }
}

/** Numbers among the values are numbers in a file, and their digits in the environment and on the command line. */
export function oneOf<const V extends readonly (string | number)[]>(...values: V): Format<V[number]> {
  const accepts = (value: unknown): value is V[number] => values.some((allowed) => allowed === value)
  return {
    allowed: `one of ${values.join(', ')}`,
    jsonSchema: { enum: values },
    accepts,
    parse: (text) => values.find((allowed) => String(allowed) === text),
  }
}

export function trueOrFalse(): Format<boolean> {
  return {
    allowed: 'true or false',
    jsonSchema: { type: 'boolean' },
    accepts: (value) => typeof value === 'boolean',
    parse: (text) => (text === 'true' ? true : text === 'false' ? false : undefined),
  }
}

/**
 * @param allowed what `pattern` says, in words
 * @param pattern also goes into the JSON Schema, so without flags
 */
export function textLike(allowed: string, pattern: RegExp, maxLength = 1024): Format<string> {
  const accepts = (value: unknown): value is string =>
    typeof value === 'string' && value.length <= maxLength && pattern.test(value)
  return {
    allowed,
    jsonSchema: { type: 'string', pattern: pattern.source, maxLength },
    accepts,
    parse: (text) => (accepts(text) ? text : undefined),
  }
}

/** @param what it is, in words: `a path` */
export function anyText(what: string, maxLength = 4096): Format<string> {
  return textLike(
    `${what} of at most ${maxLength} characters, none of them a control character`,
    PRINTABLE,
    maxLength,
  )
}

/** Like `anyText`, but not empty. */
export function someText(what: string, maxLength = 4096): Format<string> {
  const allowed = `${what} of 1 to ${maxLength} characters, none of them a control character`
  return textLike(allowed, PRINTABLE_NOT_EMPTY, maxLength)
}

const PRINTABLE = /^[^\u0000-\u001f\u007f]*$/
const PRINTABLE_NOT_EMPTY = /^[^\u0000-\u001f\u007f]+$/
