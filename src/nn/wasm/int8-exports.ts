/** Address of an array in the engine's memory. */
export type Address = number

/** What `src/nn/assembly/int8.ts` exports; each function is described there. */
export interface Int8Exports {
  conv2d(
    source: Address,
    output: Address,
    weights: Address,
    biases: Address,
    requantisation: Address,
    patches: Address,
    height: number,
    width: number,
    inChannels: number,
    outHeight: number,
    outWidth: number,
    outChannels: number,
    kernelY: number,
    kernelX: number,
    strideY: number,
    strideX: number,
    dilationY: number,
    dilationX: number,
    padTop: number,
    padLeft: number,
    inputZeroPoint: number,
  ): void
  depthwiseConv2d(
    source: Address,
    output: Address,
    weights: Address,
    biases: Address,
    requantisation: Address,
    height: number,
    width: number,
    channels: number,
    outHeight: number,
    outWidth: number,
    kernelY: number,
    kernelX: number,
    strideY: number,
    strideX: number,
    dilationY: number,
    dilationX: number,
    padTop: number,
    padLeft: number,
    inputZeroPoint: number,
  ): void
  avgPool2d(...pool: PoolArguments): void
  maxPool2d(...pool: PoolArguments): void
  statsPool(
    source: Address,
    output: Address,
    mean: Address,
    deviation: Address,
    height: number,
    columns: number,
    inputZeroPoint: number,
  ): void
}

type PoolArguments = [
  source: Address,
  output: Address,
  width: number,
  channels: number,
  outHeight: number,
  outWidth: number,
  kernelY: number,
  kernelX: number,
  strideY: number,
  strideX: number,
]
