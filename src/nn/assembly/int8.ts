// AssemblyScript, compiled by scripts/build-kernels.js: the int8 layers in WASM SIMD. The same arithmetic as
// src/nn/reference, byte for byte: docs/decisions/0002. Everything lies in memory that the caller has laid out, by
// address; nothing is allocated and nothing is kept. Loads may reach up to 16 bytes past an array, never beyond memory.
// Every layer but `quantize` is `(layer, source, output)`, where `layer` is the address of its constants: int32 each, in the order of
// the class that names them.
export { conv2d } from './int8/conv2d'
export { depthwiseConv2d } from './int8/depthwise-conv2d'
export { avgPool2d, maxPool2d } from './int8/pools'
export { quantize } from './int8/quantize'
export { statsPool } from './int8/stats-pool'
