/** An array or a WASM memory that somebody made, with its content at the first look. */
interface Recorded {
  readonly bytes: () => Uint8Array
  before: Uint8Array | undefined
}

/**
 * Writes down every Float32Array, Float64Array, Int8Array and WASM memory that is made while it works, private ones
 * too, so that a test can say what is left in them.
 */
export class MemoryCensus {
  readonly #recorded = new Map<ArrayBufferLike, Recorded>()
  readonly #restore: (() => void)[] = []

  constructor() {
    const note = (buffer: ArrayBufferLike): void => {
      if (this.#recorded.has(buffer)) return
      this.#recorded.set(buffer, { bytes: () => new Uint8Array(buffer), before: undefined })
    }
    for (const name of ['Float32Array', 'Float64Array', 'Int8Array'] as const) {
      const original = globalThis[name]
      const recording = new Proxy(original, {
        construct(target, args, newTarget) {
          const array = Reflect.construct(target, args, newTarget) as InstanceType<typeof original>
          note(array.buffer)
          return array
        },
        get: (target, key, receiver) =>
          // `slice` asks the constructor of what is sliced, not this one: let it be this one.
          key === Symbol.species ? receiver : (Reflect.get(target, key, target) as unknown),
      })
      const { prototype } = original
      const own = Object.getOwnPropertyDescriptor(prototype, 'constructor') as PropertyDescriptor
      Object.defineProperty(prototype, 'constructor', { ...own, value: recording })
      Object.assign(globalThis, { [name]: recording })
      this.#restore.push(() => {
        Object.defineProperty(prototype, 'constructor', own)
        Object.assign(globalThis, { [name]: original })
      })
    }
    const { Memory } = WebAssembly
    const recordingMemory = new Proxy(Memory, {
      construct(target, args) {
        const memory = Reflect.construct(target, args) as { buffer: ArrayBuffer }
        note(memory.buffer)
        return memory
      },
    })
    Object.assign(WebAssembly, { Memory: recordingMemory })
    this.#restore.push(() => Object.assign(WebAssembly, { Memory }))
  }

  get count(): number {
    return this.#recorded.size
  }

  /** What there is now is what there ought to be later. */
  look(): void {
    for (const recorded of this.#recorded.values()) recorded.before = recorded.bytes().slice()
  }

  /**
   * @returns of memory that does not hold what it held at the look, or zeros where it was made later, the size in bytes;
   *          empty once all is as it was
   */
  changed(): number[] {
    const sizes: number[] = []
    for (const { bytes, before } of this.#recorded.values()) {
      const now = bytes()
      const isSame = now.every((byte, i) => byte === (before?.[i] ?? 0))
      if (!isSame) sizes.push(now.length)
    }
    return sizes
  }

  end(): void {
    for (const restore of this.#restore) restore()
  }
}
