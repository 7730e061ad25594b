/** What the classifier uses of TensorFlow.js, so that its package is needed neither to build nor to run the agent. */
export interface Tfjs {
  setBackend(name: string): Promise<boolean>
  ready(): Promise<void>
  tidy(run: () => void): void
  tensor(values: Float32Array, shape: readonly number[]): TfjsTensor
  /** @param source model.json as an object, and the bytes of its weights */
  loadGraphModelSync(source: readonly [object, ArrayBuffer]): TfjsGraphModel
  memory(): { readonly numTensors: number }
}

export interface TfjsTensor {
  readonly shape: readonly number[]
  dataSync(): ArrayLike<number>
}

export interface TfjsGraphModel {
  /** Synchronous, which TensorFlow.js allows for a graph without control flow. */
  execute(input: TfjsTensor): TfjsTensor | readonly TfjsTensor[]
  dispose(): void
}
