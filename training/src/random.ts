/** Seeded random numbers: the same seed gives the same training. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number
  /** Uniform whole number in [0, bound). */
  below(bound: number): number
  /** Standard normal. */
  normal(): number
  shuffle<T>(items: T[]): T[]
}

/** Generator sfc32 seeded by splitmix over the parts, so that (seed, epoch) pairs give unrelated streams. */
export function createRandom(...seedParts: readonly number[]): Random {
  let mixed = 0x9e3779b9
  const splitmix = (): number => {
    mixed = (mixed + 0x9e3779b9) | 0
    let z = mixed
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad)
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97)
    return z ^ (z >>> 15)
  }
  for (const part of seedParts) mixed = splitmix() ^ (part | 0)
  let a = splitmix()
  let b = splitmix()
  let c = splitmix()
  let d = 1
  const next = (): number => {
    const t = (((a + b) | 0) + d) | 0
    d = (d + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (((c << 21) | (c >>> 11)) + t) | 0
    return (t >>> 0) / 4294967296
  }
  for (let i = 0; i < 12; i++) next()
  const below = (bound: number): number => Math.floor(next() * bound)
  return {
    next,
    below,
    normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
    shuffle(items) {
      for (let i = items.length - 1; i > 0; i--) {
        const j = below(i + 1)
        const swapped = items[i] as (typeof items)[number]
        items[i] = items[j] as (typeof items)[number]
        items[j] = swapped
      }
      return items
    },
  }
}
