import { InternalError, ShapeError } from '../errors.js'

/**
 * Real values to int8: clamp(⌊fround(x · fround(1/scale)) + ½⌋ + zeroPoint), halves up. The product is rounded to
 * float32 once and the sum is exact, so that every engine on every machine gives the same byte.
 *
 * @param real finite values
 * @param out  as long as `real`, overwritten, owned by the caller
 * @throws {ShapeError} if the lengths differ
 * @throws {InternalError} INTERNAL_NOT_FINITE: features are finite by contract
 */
export function quantizeInputInto(
  real: Float32Array,
  scale: number,
  zeroPoint: number,
  out: Int8Array,
): void {
  if (out.length !== real.length) throw new ShapeError('quantised input', real.length, out.length)
  const inverse = Math.fround(1 / scale)
  for (let i = 0; i < real.length; i++) {
    const x = real[i]!
    if (!Number.isFinite(x)) throw new InternalError('INTERNAL_NOT_FINITE', `network input ${i} is ${x}`)
    const q = Math.floor(Math.fround(x * inverse) + 0.5) + zeroPoint
    out[i] = q < -128 ? -128 : q > 127 ? 127 : q
  }
}
