import { compileAssembly } from '../../../scripts/assembly.js'

/** Address of an array on the heap. */
export type Address = number

/** What `training/kernels/elementwise.ts` exports; each function is described there. */
export interface Kernels {
  scaleShift(
    x: Address,
    scale: Address,
    shift: Address,
    out: Address,
    rows: number,
    columns: number,
    isRelu: boolean,
  ): void
  columnProducts(x: Address, y: Address, gate: Address, sums: Address, rows: number, columns: number): void
  combine(
    x: Address,
    y: Address,
    gate: Address,
    scale: Address,
    slope: Address,
    offset: Address,
    out: Address,
    rows: number,
    columns: number,
  ): void
  averagePool(x: Address, out: Address, ...geometry: PoolGeometry): void
  averagePoolGradient(dOut: Address, dX: Address, ...geometry: PoolGeometry): void
  transposedPatches(x: Address, plane: Address, out: Address, ...geometry: PatchGeometry): void
  transpose(source: Address, rows: number, columns: number, out: Address): void
}

export type PoolGeometry = [
  batch: number,
  height: number,
  width: number,
  channels: number,
  kernelH: number,
  kernelW: number,
]

export type PatchGeometry = [
  ...PoolGeometry,
  dilationH: number,
  dilationW: number,
  top: number,
  left: number,
  outH: number,
  outW: number,
]

/** No gate: `columnProducts` and `combine` take x as it is. */
export const NO_GATE: Address = 0

/**
 * Compiles the kernels and binds them to a heap: what the backend has no operation for, or only several that each go
 * through memory. Compiling takes under a second, and what runs is always what the source says.
 */
export async function compileKernels(memory: WebAssembly.Memory): Promise<Kernels> {
  const bytes = await compileAssembly('training/kernels/elementwise.ts')
  const { instance } = await WebAssembly.instantiate(bytes, { env: { memory } })
  return instance.exports as unknown as Kernels
}
