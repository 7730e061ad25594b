import { ModelError } from '../errors.js'

/**
 * One value of a manifest of unknown origin, and the path to it. Each method checks the value and hands it on as what
 * it was checked to be.
 *
 * @throws {ModelError} MODEL_MANIFEST, from every method, naming the path, the value and what is allowed
 */
export class ManifestField {
  constructor(
    private readonly value: unknown,
    private readonly path: string,
  ) {}

  /** An object with exactly these fields: one that this code doesn't know could change what the others mean. */
  fields<K extends string>(names: readonly K[]): Record<K, ManifestField> {
    const object = this.object()
    for (const name of Object.keys(object)) {
      if (!names.includes(name as K)) this.child(name, object[name]).refuse('no such field')
    }
    const missing = names.find((name) => !Object.hasOwn(object, name))
    if (missing !== undefined) this.child(missing, undefined).refuse('this field')
    return Object.fromEntries(names.map((name) => [name, this.child(name, object[name])])) as Record<
      K,
      ManifestField
    >
  }

  /** One field of an object whose other fields depend on it. */
  field(name: string): ManifestField {
    const object = this.object()
    return this.child(name, Object.hasOwn(object, name) ? object[name] : undefined)
  }

  /** An object with any names. */
  entries(maxCount: number): [string, ManifestField][] {
    const entries = Object.entries(this.object())
    if (entries.length > maxCount) this.refuse(`at most ${maxCount} fields`)
    return entries.map(([name, value]) => [name, this.child(name, value)])
  }

  object(): Record<string, unknown> {
    if (typeof this.value !== 'object' || this.value === null || Array.isArray(this.value)) {
      return this.refuse('an object')
    }
    return this.value as Record<string, unknown>
  }

  list(minCount: number, maxCount: number): ManifestField[] {
    if (!Array.isArray(this.value) || this.value.length < minCount || this.value.length > maxCount) {
      return this.refuse(
        minCount === maxCount ? `a list of ${minCount}` : `a list of ${minCount} to ${maxCount}`,
      )
    }
    return this.value.map((item, index) => new ManifestField(item, `${this.path}[${index}]`))
  }

  integer(min: number, max: number): number {
    const number = this.number(min, max)
    return Number.isInteger(number) ? number : this.refuse(`an integer from ${min} to ${max}`)
  }

  number(min: number, max: number): number {
    const { value } = this
    if (typeof value !== 'number' || !(value >= min && value <= max)) {
      return this.refuse(`a number from ${min} to ${max}`)
    }
    return value
  }

  text(pattern: RegExp): string {
    const { value } = this
    return typeof value === 'string' && pattern.test(value)
      ? value
      : this.refuse(`text like ${pattern.source}`)
  }

  choice<C extends string>(choices: readonly C[]): C {
    return choices.find((choice) => choice === this.value) ?? this.refuse(`one of ${choices.join(', ')}`)
  }

  refuse(allowed: string): never {
    throw new ModelError(
      'MODEL_MANIFEST',
      `manifest.json: ${this.path} is ${this.shown()}, expected ${allowed}`,
    )
  }

  private child(name: string, value: unknown): ManifestField {
    const shown = /^[\w./-]{1,64}$/.test(name) ? name : JSON.stringify(name.slice(0, 64))
    return new ManifestField(value, this.path === '' ? shown : `${this.path}.${shown}`)
  }

  private shown(): string {
    const { value } = this
    if (value === undefined) return 'missing'
    if (Array.isArray(value)) return `a list of ${value.length}`
    if (typeof value === 'object' && value !== null) return 'an object'
    return typeof value === 'string' ? JSON.stringify(value.slice(0, 64)) : String(value)
  }
}
