import { readFileSync } from 'node:fs'
import protobuf from 'protobufjs'
import type { Quantization } from '../../../src/nn/manifest.js'

/** Operators as of ONNX 1.8: the first set in which all that is written takes int8. */
const OPSET_VERSION = 13
const IR_VERSION = 8

const DATA_TYPE = { float32: 1, int8: 3, int32: 6, int64: 7 } as const
const ATTRIBUTE_TYPE = { integer: 2, integers: 7 } as const

const ModelProto = protobuf
  .parse(readFileSync(new URL('onnx.proto', import.meta.url), 'utf8'), { keepCase: true })
  .root.lookupType('onnx.ModelProto')

type Attributes = Readonly<Record<string, number | readonly number[]>>

/** An ONNX graph in the making. A tensor is known by its name, which each method returns. */
export class OnnxGraph {
  readonly #nodes: object[] = []
  readonly #initializers: object[] = []
  readonly #scalars = new Map<string, string>()

  /**
   * @param output of the node; also the node's name
   * @param attributes lists and single integers
   */
  node(output: string, opType: string, input: readonly string[], attributes: Attributes = {}): string {
    const attribute = Object.entries(attributes).map(([name, value]) =>
      typeof value === 'number'
        ? { name, i: value, type: ATTRIBUTE_TYPE.integer }
        : { name, ints: value, type: ATTRIBUTE_TYPE.integers },
    )
    this.#nodes.push({ input, output: [output], name: output, op_type: opType, attribute })
    return output
  }

  int8(name: string, values: Int8Array, shape: readonly number[] = [values.length]): string {
    return this.#initializer(name, 'int8', values, shape)
  }

  int32(name: string, values: Int32Array): string {
    return this.#initializer(name, 'int32', values, [values.length])
  }

  int64(name: string, values: readonly number[]): string {
    return this.#initializer(name, 'int64', BigInt64Array.from(values, BigInt), [values.length])
  }

  floats(name: string, values: ArrayLike<number>, shape: readonly number[] = [values.length]): string {
    return this.#initializer(name, 'float32', Float32Array.from(values), shape)
  }

  /** A number without a shape, stored once however often it is used. */
  scalar(type: 'float32' | 'int8', value: number): string {
    const key = `${type} ${value}`
    let name = this.#scalars.get(key)
    if (name === undefined) {
      name = `${type}_${this.#scalars.size}`
      this.#scalars.set(key, name)
      this.#initializer(name, type, type === 'int8' ? Int8Array.of(value) : Float32Array.of(value), [])
    }
    return name
  }

  /** The two inputs that follow a tensor wherever its quantisation is asked for. */
  quantization({ scale, zero_point: zeroPoint }: Quantization): readonly [string, string] {
    return [this.scalar('float32', scale), this.scalar('int8', zeroPoint)]
  }

  /**
   * @param id names the graph
   * @returns model.onnx
   */
  encode(
    id: string,
    input: { readonly name: string; readonly shape: readonly number[] },
    output: { readonly name: string; readonly shape: readonly number[] },
  ): Uint8Array {
    const model = {
      ir_version: IR_VERSION,
      producer_name: 'affectd',
      opset_import: [{ domain: '', version: OPSET_VERSION }],
      graph: {
        name: id,
        node: this.#nodes,
        initializer: this.#initializers,
        input: [valueInfo(input)],
        output: [valueInfo(output)],
      },
    }
    const mismatch = ModelProto.verify(model)
    if (mismatch) throw new Error(`not an ONNX model: ${mismatch}`)
    return ModelProto.encode(ModelProto.create(model)).finish()
  }

  #initializer(
    name: string,
    type: keyof typeof DATA_TYPE,
    values: Int8Array | Int32Array | BigInt64Array | Float32Array,
    dims: readonly number[],
  ): string {
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
    this.#initializers.push({ dims, data_type: DATA_TYPE[type], name, raw_data: bytes })
    return name
  }
}

/** Batches may be of any size. */
function valueInfo({ name, shape }: { readonly name: string; readonly shape: readonly number[] }) {
  const dim = [{ dim_param: 'batch' }, ...shape.map((size) => ({ dim_value: size }))]
  return { name, type: { tensor_type: { elem_type: DATA_TYPE.float32, shape: { dim } } } }
}
