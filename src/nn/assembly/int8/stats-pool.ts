import { Requantisation, requantiseOne } from './requantise'

/** int32 each. */
// @ts-ignore: decorator
@unmanaged
class StatsPool {
  /** Requantisation of one entry, for S − T·z. */
  mean: usize
  /** The same for ⌊√((T·Q − S²)·2^16)⌋. */
  deviation: usize
  height: i32
  columns: i32
  inputZeroPoint: i32
}

/** Mean and standard deviation over the height of each column. */
export function statsPool(layer: StatsPool, source: usize, output: usize): void {
  const ofMean = changetype<Requantisation>(layer.mean)
  const ofDeviation = changetype<Requantisation>(layer.deviation)
  const height = layer.height
  const columns = layer.columns
  for (let column = 0; column < columns; column++) {
    let sum = 0
    let squares = 0
    let at = source + <usize>column
    for (let row = 0; row < height; row++, at += <usize>columns) {
      const q = <i32>load<i8>(at)
      sum += q
      squares += q * q
    }
    requantiseOne(sum - height * layer.inputZeroPoint, 0, ofMean, output + <usize>column)
    const root = <i32>Math.floor(Math.sqrt(<f64>(height * squares - sum * sum) * 65536))
    requantiseOne(root, 0, ofDeviation, output + <usize>(columns + column))
  }
}
