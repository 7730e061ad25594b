// AssemblyScript, compiled by scripts/build-kernels.js: the feature front end in WASM SIMD. The same arithmetic as
// src/features, bit for bit: docs/decisions/0001. Everything lies in memory that the caller has laid out, by address;
// nothing is allocated and nothing is kept. Loads may reach up to 16 bytes past an array, never beyond memory.
export { realFft } from './front-end/real-fft'
export { logMel, mfcc } from './front-end/mfcc'
