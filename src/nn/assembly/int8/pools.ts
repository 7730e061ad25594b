import { GROUP } from './requantise'

/** int32 each. */
// @ts-ignore: decorator
@unmanaged
class Pool {
  width: i32
  channels: i32
  outHeight: i32
  outWidth: i32
  kernelY: i32
  kernelX: i32
  strideY: i32
  strideX: i32
}

/** Mean of each window, halves up: ⌊(2·sum + n) / 2n⌋. */
export function avgPool2d(layer: Pool, source: usize, output: usize): void {
  const width = layer.width
  const channels = layer.channels
  const kernelY = layer.kernelY
  const kernelX = layer.kernelX
  const n = kernelY * kernelX
  const row = <usize>(width * channels)
  const step = <usize>channels
  // Sums of up to 64 bytes, doubled, fit int16; a power of two divides by a shift, which is a floor.
  const wide = n <= 64 && popcnt(n) == 1 ? channels & ~(GROUP - 1) : 0
  const places = ctz(n) + 1
  for (let outY = 0; outY < layer.outHeight; outY++) {
    for (let outX = 0; outX < layer.outWidth; outX++) {
      const corner = source + <usize>((outY * layer.strideY * width + outX * layer.strideX) * channels)
      for (let channel = 0; channel < wide; channel += GROUP) {
        let sum = i16x8.splat(0)
        for (let ky = 0; ky < kernelY; ky++) {
          let at = corner + <usize>ky * row + <usize>channel
          for (let kx = 0; kx < kernelX; kx++, at += step) sum = i16x8.add(sum, v128.load8x8_s(at))
        }
        const doubled = i16x8.add(i16x8.shl(sum, 1), i16x8.splat(<i16>n))
        const mean = i16x8.shr_s(doubled, places)
        v128.store64_lane(output + <usize>channel, i8x16.narrow_i16x8_s(mean, mean), 0)
      }
      for (let channel = wide; channel < channels; channel++) {
        let sum = 0
        for (let ky = 0; ky < kernelY; ky++) {
          let at = corner + <usize>ky * row + <usize>channel
          for (let kx = 0; kx < kernelX; kx++, at += step) sum += <i32>load<i8>(at)
        }
        const over = 2 * sum + n
        let mean = over / (2 * n)
        if (over < 0 && mean * 2 * n != over) mean--
        store<i8>(output + <usize>channel, <i8>mean)
      }
      output += step
    }
  }
}

export function maxPool2d(layer: Pool, source: usize, output: usize): void {
  const width = layer.width
  const channels = layer.channels
  const kernelY = layer.kernelY
  const kernelX = layer.kernelX
  const row = <usize>(width * channels)
  const step = <usize>channels
  const wide = channels & ~15
  for (let outY = 0; outY < layer.outHeight; outY++) {
    for (let outX = 0; outX < layer.outWidth; outX++) {
      const corner = source + <usize>((outY * layer.strideY * width + outX * layer.strideX) * channels)
      for (let channel = 0; channel < wide; channel += 16) {
        let largest = i8x16.splat(-128)
        for (let ky = 0; ky < kernelY; ky++) {
          let at = corner + <usize>ky * row + <usize>channel
          for (let kx = 0; kx < kernelX; kx++, at += step) largest = i8x16.max_s(largest, v128.load(at))
        }
        v128.store(output + <usize>channel, largest)
      }
      for (let channel = wide; channel < channels; channel++) {
        let largest: i32 = -128
        for (let ky = 0; ky < kernelY; ky++) {
          let at = corner + <usize>ky * row + <usize>channel
          for (let kx = 0; kx < kernelX; kx++, at += step) largest = max<i32>(largest, <i32>load<i8>(at))
        }
        store<i8>(output + <usize>channel, <i8>largest)
      }
      output += step
    }
  }
}
