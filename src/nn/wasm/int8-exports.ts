import type { Address } from '../../wasm-module.js'

/** @param layer its constants; see the class of its kernel in `src/nn/assembly/int8/` */
type LayerKernel = (layer: Address, source: Address, output: Address) => void

/** What `src/nn/assembly/int8.ts` exports. */
export interface Int8Exports {
  readonly conv2d: LayerKernel
  readonly depthwiseConv2d: LayerKernel
  readonly avgPool2d: LayerKernel
  readonly maxPool2d: LayerKernel
  readonly statsPool: LayerKernel
}
