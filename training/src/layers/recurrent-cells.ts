/**
 * One time step of a recurrent cell over a batch, on plain arrays. Rows are the batch; `at` is where the step's rows
 * begin in the arrays that hold all steps.
 */
export interface RecurrentCell {
  /** Blocks of `units` columns that the input and the recurrent product have. */
  readonly gates: number
  /** Values that each unit keeps of a step for the way back. */
  readonly kept: number
  /**
   * @param input     x·Wx + b of the step, [rows × gates·units]
   * @param recurrent h·Wh, the same shape
   * @param state     [rows × units] the cell's inner state, updated (LSTM)
   * @param h         [rows × units] the output before, replaced by the output
   * @param kept      [rows × kept·units], written
   */
  forward(step: CellStep): void
  /**
   * @param step as forward left it, with `kept`
   * @param dH        [rows × units] gradient of the step's output; replaced by the direct part of that of the output
   *                  before (what comes through Wh is added by the caller)
   * @param dState    [rows × units] gradient of the inner state, updated
   * @param dInput    [rows × gates·units], written
   * @param dRecurrent the same
   */
  backward(step: CellGradientStep): void
}

export interface CellStep {
  readonly rows: number
  readonly units: number
  readonly input: Float32Array
  readonly recurrent: Float32Array
  readonly state: Float32Array
  readonly h: Float32Array
  readonly kept: Float32Array
}

export interface CellGradientStep {
  readonly rows: number
  readonly units: number
  readonly kept: Float32Array
  readonly dH: Float32Array
  readonly dState: Float32Array
  readonly dInput: Float32Array
  readonly dRecurrent: Float32Array
}

function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x))
}

/** Long short-term memory; gates in the order input, forget, candidate, output. @see Hochreiter & Schmidhuber 1997 */
export const LSTM: RecurrentCell = {
  gates: 4,
  kept: 6,
  forward({ rows, units, input, recurrent, state, h, kept }) {
    for (let r = 0; r < rows; r++) {
      for (let u = 0; u < units; u++) {
        const z = 4 * r * units + u
        const sum = (gate: number): number =>
          (input[z + gate * units] as number) + (recurrent[z + gate * units] as number)
        const i = sigmoid(sum(0))
        // One is added, so that a fresh cell remembers.
        const f = sigmoid(sum(1) + 1)
        const g = Math.tanh(sum(2))
        const o = sigmoid(sum(3))
        const at = r * units + u
        const before = state[at] as number
        const c = f * before + i * g
        const tanhC = Math.tanh(c)
        const k = 6 * r * units + u
        kept[k] = i
        kept[k + units] = f
        kept[k + 2 * units] = g
        kept[k + 3 * units] = o
        kept[k + 4 * units] = tanhC
        kept[k + 5 * units] = before
        state[at] = c
        h[at] = o * tanhC
      }
    }
  },
  backward({ rows, units, kept, dH, dState, dInput, dRecurrent }) {
    for (let r = 0; r < rows; r++) {
      for (let u = 0; u < units; u++) {
        const k = 6 * r * units + u
        const i = kept[k] as number
        const f = kept[k + units] as number
        const g = kept[k + 2 * units] as number
        const o = kept[k + 3 * units] as number
        const tanhC = kept[k + 4 * units] as number
        const before = kept[k + 5 * units] as number
        const at = r * units + u
        const dh = dH[at] as number
        const dc = (dState[at] as number) + dh * o * (1 - tanhC * tanhC)
        const z = 4 * r * units + u
        dInput[z] = dc * g * i * (1 - i)
        dInput[z + units] = dc * before * f * (1 - f)
        dInput[z + 2 * units] = dc * i * (1 - g * g)
        dInput[z + 3 * units] = dh * tanhC * o * (1 - o)
        dState[at] = dc * f
        dH[at] = 0
      }
    }
    dRecurrent.set(dInput)
  },
}

/**
 * Gated recurrent unit whose reset gate acts after the recurrent product; gates in the order reset, update,
 * candidate.
 *
 * @see Cho et al. 2014
 */
export const GRU: RecurrentCell = {
  gates: 3,
  kept: 5,
  forward({ rows, units, input, recurrent, h, kept }) {
    for (let row = 0; row < rows; row++) {
      for (let u = 0; u < units; u++) {
        const z = 3 * row * units + u
        const reset = sigmoid((input[z] as number) + (recurrent[z] as number))
        const update = sigmoid((input[z + units] as number) + (recurrent[z + units] as number))
        const inner = recurrent[z + 2 * units] as number
        const n = Math.tanh((input[z + 2 * units] as number) + reset * inner)
        const at = row * units + u
        const before = h[at] as number
        const k = 5 * row * units + u
        kept[k] = reset
        kept[k + units] = update
        kept[k + 2 * units] = n
        kept[k + 3 * units] = inner
        kept[k + 4 * units] = before
        h[at] = (1 - update) * n + update * before
      }
    }
  },
  backward({ rows, units, kept, dH, dInput, dRecurrent }) {
    for (let row = 0; row < rows; row++) {
      for (let u = 0; u < units; u++) {
        const k = 5 * row * units + u
        const reset = kept[k] as number
        const update = kept[k + units] as number
        const n = kept[k + 2 * units] as number
        const inner = kept[k + 3 * units] as number
        const before = kept[k + 4 * units] as number
        const at = row * units + u
        const dh = dH[at] as number
        const dn = dh * (1 - update) * (1 - n * n)
        const z = 3 * row * units + u
        const dReset = dn * inner * reset * (1 - reset)
        const dUpdate = dh * (before - n) * update * (1 - update)
        dInput[z] = dReset
        dInput[z + units] = dUpdate
        dInput[z + 2 * units] = dn
        dRecurrent[z] = dReset
        dRecurrent[z + units] = dUpdate
        dRecurrent[z + 2 * units] = dn * reset
        dH[at] = dh * update
      }
    }
  },
}
