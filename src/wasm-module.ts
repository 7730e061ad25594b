import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/**
 * A WASM module that `npm run build` compiled from `src/STAGE/assembly/NAME.ts`.
 *
 * @param path under dist/: `nn/int8.wasm`
 * @returns null where it is not built, or this Node has no WASM or no SIMD: the plain form does the same work then
 */
export function loadWasmModule(path: string): WebAssembly.Module | null {
  if (typeof WebAssembly === 'undefined') return null
  // From dist/ as installed, from src/ in development.
  const file = [`./${path}`, `../dist/${path}`]
    .map((candidate) => fileURLToPath(new URL(candidate, import.meta.url)))
    .find((candidate) => existsSync(candidate))
  if (file === undefined) return null
  const bytes = readFileSync(file)
  return WebAssembly.validate(bytes) ? new WebAssembly.Module(bytes) : null
}

/** Of an array in a WASM memory, in bytes. */
export type Address = number

/** Lays arrays out in a WASM memory before it is made: addresses first, then the memory that holds them all. */
export interface MemoryPlan {
  /** @returns the address of that many bytes, at a multiple of 16, with at least 16 bytes of slack behind them */
  reserve(bytes: number): Address
  /** @returns where these constants will lie; they are not read before `open` */
  place(constants: Constants): Address
  /** The memory, and an instance of the module that works on it. */
  open(module: WebAssembly.Module): PlannedMemory
}

export interface PlannedMemory {
  readonly memory: ArrayBuffer
  readonly exports: object
  /** Zeros in all that was reserved, as at the beginning; constants stay. */
  wipe(): void
}

type Constants = Uint16Array | Int16Array | Int32Array | BigInt64Array | Float32Array | Float64Array

const ALIGNMENT = 16
const PAGE = 65_536

export function planMemory(): MemoryPlan {
  // Address 0 is left free: it is no array's.
  let end = ALIGNMENT
  const reserved: { readonly at: Address; readonly end: Address }[] = []
  const placed: { readonly at: Address; readonly constants: Constants }[] = []
  function allot(bytes: number): Address {
    const at = end
    end += (Math.ceil(bytes / ALIGNMENT) + 1) * ALIGNMENT
    return at
  }
  return {
    reserve(bytes) {
      const at = allot(bytes)
      reserved.push({ at, end })
      return at
    },
    place(constants) {
      const at = allot(constants.byteLength)
      placed.push({ at, constants })
      return at
    },
    open(module) {
      const memory = new WebAssembly.Memory({ initial: Math.ceil(end / PAGE) })
      for (const { at, constants } of placed) {
        const bytes = new Uint8Array(constants.buffer, constants.byteOffset, constants.byteLength)
        new Uint8Array(memory.buffer, at).set(bytes)
      }
      const { exports } = new WebAssembly.Instance(module, { env: { memory } })
      const bytes = new Uint8Array(memory.buffer)
      const wipe = (): void => reserved.forEach(({ at, end }) => bytes.fill(0, at, end))
      return { memory: memory.buffer, exports, wipe }
    },
  }
}
