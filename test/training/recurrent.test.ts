import t from 'tap'
import { GRU, LSTM } from '../../training/src/layers/recurrent-cells.js'
import { recurrent } from '../../training/src/layers/recurrent.js'
import { readyBackend } from '../../training/src/tf/backend.js'
import { gradientError, wave } from '../support/layer-gradients.js'

t.before(async () => {
  await readyBackend()
})

for (const [name, cell] of [
  ['LSTM', LSTM],
  ['GRU', GRU],
] as const) {
  t.test(`${name}'s gradients agree with differences`, async (t) => {
    const gateUnits = cell.gates * 4
    const error = gradientError((x, weights) => recurrent(x, cell, weights), wave([2, 5, 1, 3], 0.37), {
      kernel: wave([3, gateUnits], 0.83),
      recurrent: wave([4, gateUnits], 0.71),
      bias: wave([gateUnits], 0.9),
    })
    t.ok(error < 5e-3, `off by ${error}`)
  })
}
