import type { LayerConstants, TensorType } from '../../../src/nn/kernel.js'
import type { Layer } from '../../../src/nn/manifest.js'

/**
 * Every layer straight from its definition, one output at a time, in integers of any size and in an order and form of
 * its own: what the reference kernels are held against.
 */
export function naiveLayer(
  layer: Layer,
  input: TensorType,
  source: Int8Array,
  constants: LayerConstants,
): number[] {
  const [height, width, channels] = input.shape as [number, number, number]
  const at = (y: number, x: number, c: number) =>
    y < 0 || y >= height || x < 0 || x >= width ? input.zero_point : source[(y * width + x) * channels + c]!
  const output: number[] = []

  if (layer.op === 'dense') {
    for (let unit = 0; unit < constants.biases.length; unit++) {
      let acc = BigInt(constants.biases[unit]!)
      source.forEach((q, i) => {
        acc += BigInt(constants.weights[unit * source.length + i]!) * BigInt(q - input.zero_point)
      })
      output.push(finish(acc, (input.scale * layer.weights.scales[unit]!) / layer.output.scale, layer))
    }
    return output
  }

  if (layer.op === 'reshape') return [...source]

  if (layer.op === 'stats_pool') {
    const means: number[] = []
    const deviations: number[] = []
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < channels; c++) {
        const column = Array.from({ length: height }, (_, y) => BigInt(at(y, x, c)))
        const sum = column.reduce((a, b) => a + b, 0n)
        const squares = column.reduce((a, b) => a + b * b, 0n)
        const rows = BigInt(height)
        const root = integerRoot((rows * squares - sum * sum) << 16n)
        means.push(
          finish(sum - rows * BigInt(input.zero_point), input.scale / (height * layer.output.scale), layer),
        )
        deviations.push(finish(root, input.scale / (height * 256 * layer.output.scale), layer))
      }
    }
    return [...means, ...deviations]
  }

  const [outHeight, outWidth, outChannels] = layer.output_shape as [number, number, number]
  const [kernelY, kernelX] = layer.kernel
  const [dilationY, dilationX] = 'dilation' in layer ? layer.dilation : [1, 1]
  const isSame = 'padding' in layer && layer.padding === 'same'
  const before = (size: number, out: number, stride: number, kernel: number, dilation: number) =>
    isSame ? Math.max(0, (out - 1) * stride + (kernel - 1) * dilation + 1 - size) >> 1 : 0
  const padTop = before(height, outHeight, layer.stride[0], kernelY, dilationY)
  const padLeft = before(width, outWidth, layer.stride[1], kernelX, dilationX)

  for (let oy = 0; oy < outHeight; oy++) {
    for (let ox = 0; ox < outWidth; ox++) {
      for (let oc = 0; oc < outChannels; oc++) {
        const taps: { ky: number; kx: number; y: number; x: number }[] = []
        for (let kx = 0; kx < kernelX; kx++) {
          for (let ky = 0; ky < kernelY; ky++) {
            const y = oy * layer.stride[0] - padTop + ky * dilationY
            const x = ox * layer.stride[1] - padLeft + kx * dilationX
            taps.push({ ky, kx, y, x })
          }
        }
        if (layer.op === 'max_pool2d') {
          output.push(Math.max(...taps.map(({ y, x }) => at(y, x, oc))))
        } else if (layer.op === 'avg_pool2d') {
          const mean = taps.reduce((sum, { y, x }) => sum + at(y, x, oc), 0) / taps.length
          output.push(Math.floor(mean + 0.5))
        } else if ('weights' in layer) {
          let acc = BigInt(constants.biases[oc]!)
          for (const { ky, kx, y, x } of taps) {
            const inputs = layer.op === 'conv2d' ? Array.from({ length: channels }, (_, c) => c) : [oc]
            for (const c of inputs) {
              const weight =
                layer.op === 'conv2d'
                  ? constants.weights[((oc * kernelY + ky) * kernelX + kx) * channels + c]!
                  : constants.weights[(ky * kernelX + kx) * channels + c]!
              acc += BigInt(weight) * BigInt(at(y, x, c) - input.zero_point)
            }
          }
          output.push(finish(acc, (input.scale * layer.weights.scales[oc]!) / layer.output.scale, layer))
        }
      }
    }
  }
  return output
}

/** TFLite's definition: the ratio to 31 bits, multiply, round to nearest with ties up, zero point, clamp. */
function finish(acc: bigint, ratio: number, layer: Layer): number {
  let exponent = 0
  let mantissa = ratio
  while (mantissa >= 1) [mantissa, exponent] = [mantissa / 2, exponent + 1]
  while (mantissa < 0.5) [mantissa, exponent] = [mantissa * 2, exponent - 1]
  const bits = BigInt(31 - exponent)
  const multiplier = BigInt(Math.round(mantissa * 2 ** 31))
  const q = Number((acc * multiplier + (1n << (bits - 1n))) >> bits) + layer.output.zero_point
  const isRelu = 'activation' in layer && layer.activation === 'relu'
  return Math.min(127, Math.max(isRelu ? layer.output.zero_point : -128, q))
}

function integerRoot(value: bigint): bigint {
  let low = 0n
  let high = 1n << 32n
  while (low < high) {
    const middle = (low + high + 1n) / 2n
    if (middle * middle <= value) low = middle
    else high = middle - 1n
  }
  return low
}
