/** An attribute of a TensorFlow node, in the JSON form of its protobuf: text is base64, 64-bit integers are text. */
type Attribute =
  | { readonly type: 'DT_FLOAT' | 'DT_INT32' }
  | { readonly b: boolean }
  | { readonly f: number }
  | { readonly i: string }
  | { readonly s: string }
  | { readonly list: { readonly i?: readonly string[]; readonly s?: readonly string[] } }
  | { readonly shape: Shape }

export type Attributes = Readonly<Record<string, Attribute>>

interface Shape {
  readonly dim: readonly { readonly size: string }[]
}

interface Node {
  readonly name: string
  readonly op: string
  readonly input?: readonly string[]
  readonly attr: Attributes
}

interface WeightEntry {
  readonly name: string
  readonly shape: readonly number[]
  readonly dtype: 'float32' | 'int32'
  readonly quantization?: { readonly dtype: 'uint8'; readonly scale: number; readonly min: number }
}

export const attribute = {
  flag: (b: boolean): Attribute => ({ b }),
  integers: (values: readonly number[]): Attribute => ({ list: { i: values.map(String) } }),
  integer: (value: number): Attribute => ({ i: String(value) }),
  number: (f: number): Attribute => ({ f }),
  text: (value: string): Attribute => ({ s: base64(value) }),
  texts: (values: readonly string[]): Attribute => ({ list: { s: values.map(base64) } }),
}

const FLOAT = { T: { type: 'DT_FLOAT' } } as const

/** A TensorFlow.js graph model in the making. A node is known by its name, which each method returns. */
export class TfjsGraph {
  readonly #nodes: Node[] = []
  readonly #weights: WeightEntry[] = []
  readonly #bytes: Uint8Array[] = []
  readonly #numbers = new Map<number, string>()

  /** The model's input; batches may be of any size. */
  placeholder(name: string, shape: readonly number[]): string {
    return this.#add({
      name,
      op: 'Placeholder',
      attr: { dtype: { type: 'DT_FLOAT' }, shape: { shape: shapeOf([-1, ...shape]) } },
    })
  }

  /** @param op an operation on floats */
  node(name: string, op: string, input: readonly string[], attributes: Attributes = {}): string {
    return this.#add({ name, op, input, attr: { ...FLOAT, ...attributes } })
  }

  /** int8 values, stored in a byte each and exact after loading: scale 1, smallest value −128. */
  int8(name: string, values: Int8Array, shape: readonly number[]): string {
    return this.#constant(
      { name, shape, dtype: 'float32', quantization: { dtype: 'uint8', scale: 1, min: -128 } },
      Uint8Array.from(values, (q) => q + 128),
    )
  }

  floats(name: string, values: ArrayLike<number>, shape: readonly number[] = [values.length]): string {
    return this.#constant({ name, shape, dtype: 'float32' }, bytesOf(Float32Array.from(values)))
  }

  integers(name: string, values: readonly number[], shape: readonly number[] = [values.length]): string {
    return this.#constant({ name, shape, dtype: 'int32' }, bytesOf(Int32Array.from(values)))
  }

  /** A number, stored once however often it is used. */
  number(value: number): string {
    const name = this.#numbers.get(value) ?? this.floats(`number_${this.#numbers.size}`, [value], [])
    this.#numbers.set(value, name)
    return name
  }

  /**
   * @param weightsFile as model.json is to name it
   * @returns model.json and the bytes of the weights
   */
  encode(
    weightsFile: string,
    input: { readonly name: string; readonly shape: readonly number[] },
    output: { readonly name: string; readonly shape: readonly number[] },
  ): { readonly model: Uint8Array; readonly weights: Uint8Array } {
    const tensor = ({ name, shape }: typeof input) => ({
      [name]: { name: `${name}:0`, dtype: 'DT_FLOAT', tensorShape: shapeOf([-1, ...shape]) },
    })
    const model = {
      format: 'graph-model',
      generatedBy: 'affectd',
      convertedBy: 'affectd',
      signature: { inputs: tensor(input), outputs: tensor(output) },
      modelTopology: { node: this.#nodes, library: {}, versions: { producer: 440 } },
      weightsManifest: [{ paths: [weightsFile], weights: this.#weights }],
    }
    return { model: Buffer.from(`${JSON.stringify(model)}\n`), weights: Buffer.concat(this.#bytes) }
  }

  #constant(entry: WeightEntry, bytes: Uint8Array): string {
    this.#weights.push(entry)
    this.#bytes.push(bytes)
    const type = entry.dtype === 'int32' ? 'DT_INT32' : 'DT_FLOAT'
    return this.#add({ name: entry.name, op: 'Const', attr: { dtype: { type } } })
  }

  #add(node: Node): string {
    this.#nodes.push(node)
    return node.name
  }
}

function shapeOf(sizes: readonly number[]): Shape {
  return { dim: sizes.map((size) => ({ size: String(size) })) }
}

/** Little endian, as is every machine that TensorFlow.js runs on. */
function bytesOf(values: Float32Array | Int32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64')
}
