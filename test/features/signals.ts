/*
 * Deterministic test signals from integer arithmetic alone, so that any language and any processor makes the same
 * samples: golden/make_golden.py has the same ones.
 */

/** Uniform noise in [−amplitude, amplitude) from a 32-bit linear congruential generator (Numerical Recipes). */
export function noise(length: number, amplitude: number, seed = 1): Float32Array {
  let state = seed >>> 0
  return Float32Array.from({ length }, () => {
    state = (Math.imul(1_664_525, state) + 1_013_904_223) >>> 0
    return (state / 2 ** 31 - 1) * amplitude
  })
}

/** Triangle wave whose frequency rises linearly: phase and increment are 32-bit integers (2^32 = one period). */
export function triangleSweep(
  length: number,
  amplitude: number,
  fromHz: number,
  toHz: number,
  sampleRateHz = 16_000,
): Float32Array {
  const first = Math.floor((fromHz / sampleRateHz) * 2 ** 32)
  const last = Math.floor((toHz / sampleRateHz) * 2 ** 32)
  let phase = 0
  return Float32Array.from({ length }, (_, i) => {
    const value = (4 * Math.abs(phase / 2 ** 32 - 0.5) - 1) * amplitude
    phase = (phase + first + Math.floor(((last - first) * i) / length)) >>> 0
    return value
  })
}

/** Sum of the two, float32. */
export function goldenSignal(): Float32Array {
  const hiss = noise(16_000, 0.05)
  return triangleSweep(16_000, 0.5, 100, 400).map((x, i) => x + hiss[i])
}

/** A harmonic tone, near enough to a voice: partials 1 … 6 of falling amplitude. For tests with tolerances only. */
export function voice(length: number, f0Hz: number, amplitude = 0.3, sampleRateHz = 16_000): Float32Array {
  return Float32Array.from({ length }, (_, i) => {
    let x = 0
    for (let h = 1; h <= 6; h++) x += Math.sin((2 * Math.PI * f0Hz * h * i) / sampleRateHz) / h
    return (x * amplitude) / 2
  })
}

export function sine(length: number, hz: number, amplitude = 1, sampleRateHz = 16_000): Float32Array {
  return Float32Array.from({ length }, (_, i) => amplitude * Math.sin((2 * Math.PI * hz * i) / sampleRateHz))
}
