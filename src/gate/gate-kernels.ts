import { referenceFrameAnalyser, type FrameAnalyser } from './frame-analyser.js'
import { referenceHarmonicity, type Harmonicity } from './harmonicity.js'
import { referenceBandLogs, referenceVadContext, type BandLogs, type VadContext } from './vad-features.js'
import { loadWasmGateKernels } from './wasm/wasm-gate-kernels.js'

/** The arithmetic that the gate does for every frame. Every set of kernels gives the same bits. */
export interface GateKernels {
  createFrameAnalyser(): FrameAnalyser
  createHarmonicity(): Harmonicity
  createVadContext(): VadContext
  createBandLogs(): BandLogs
}

export const referenceGateKernels: GateKernels = {
  createFrameAnalyser: referenceFrameAnalyser,
  createHarmonicity: referenceHarmonicity,
  createVadContext: referenceVadContext,
  createBandLogs: referenceBandLogs,
}

let fastest: GateKernels | undefined

/** WASM SIMD where this Node has it and the package holds it, otherwise the plain reference: the same bits. */
export function fastestGateKernels(): GateKernels {
  fastest ??= loadWasmGateKernels() ?? referenceGateKernels
  return fastest
}
