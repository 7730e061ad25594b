import type { Address } from '../../wasm-module.js'

/** @param layer its constants; see the class of its kernel in `src/nn/assembly/int8/` */
type LayerKernel = (layer: Address, source: Address, output: Address) => void

/** The layers of `src/nn/assembly/int8.ts`. */
export interface LayerKernels {
  readonly conv2d: LayerKernel
  readonly depthwiseConv2d: LayerKernel
  readonly avgPool2d: LayerKernel
  readonly maxPool2d: LayerKernel
  readonly statsPool: LayerKernel
}

/** What it exports. */
export interface Int8Exports extends LayerKernels {
  /** @returns 0 if a value is not finite */
  quantize(real: Address, out: Address, count: number, inverseScale: number, zeroPoint: number): number
}
