// AssemblyScript, compiled by scripts/build-kernels.js: what the gate measures of a frame, in WASM SIMD. The same
// arithmetic as src/gate, bit for bit. Everything lies in memory that the caller has laid out, by address; nothing is
// allocated. Loads may reach up to 16 bytes past an array, never beyond memory.
export { analyse } from './cues/frame-analyser'
export { harmonicity } from './cues/harmonicity'
export { context } from './cues/context'
export { flooredLog } from '../../features/assembly/front-end/log'
