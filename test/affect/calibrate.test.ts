import fc from 'fast-check'
import t from 'tap'
import { softmaxInto } from '../../src/affect/calibrate.js'
import { halved, pinnedExp } from '../../src/affect/pinned-exp.js'
import { ShapeError } from '../../src/errors.js'

const anyLogits = fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), {
  minLength: 1,
  maxLength: 12,
})
const mildLogits = fc.array(fc.float({ min: -30, max: 30, noNaN: true }), { minLength: 2, maxLength: 12 })

function softmax(logits: readonly number[], temperature: number): Float64Array {
  const out = new Float64Array(logits.length)
  softmaxInto(Float32Array.from(logits), temperature, out)
  return out
}

t.test('pinned exponential is within 1e-14 of the built-in one', async (t) => {
  let worst = 0
  for (let x = -707; x <= 707; x += 0.0937) {
    worst = Math.max(worst, Math.abs(pinnedExp(x) / Math.exp(x) - 1))
  }
  t.ok(worst < 1e-14, `relative error ${worst}`)
})

t.test('pinned exponential is exact where it can be, and 0 far below', async (t) => {
  t.equal(pinnedExp(0), 1)
  t.equal(pinnedExp(-0), 1)
  t.equal(pinnedExp(-709), 0)
  t.equal(pinnedExp(-Infinity), 0)
  t.ok(Number.isNaN(pinnedExp(NaN)))
})

// At most one unit in the last place from the exact values (Python's decimal module, 50 digits); the bits must not change.
t.test('pinned exponential keeps its bits', async (t) => {
  t.equal(pinnedExp(-1), 0.36787944117144233)
  t.equal(pinnedExp(-0.5), 0.6065306597126334)
  t.equal(pinnedExp(-10), 4.539992976248485e-5)
  t.equal(pinnedExp(1), 2.7182818284590455)
  t.equal(pinnedExp(3.25), 25.790339917193062)
})

t.test('half-lives halve', async (t) => {
  t.equal(halved(0), 1)
  t.ok(Math.abs(halved(1) - 0.5) < 1e-15)
  t.ok(Math.abs(halved(10) - 2 ** -10) < 1e-17)
  t.equal(halved(Infinity), 0)
})

t.test('probabilities sum to 1 whatever the finite logits', async () => {
  fc.assert(
    fc.property(anyLogits, fc.double({ min: 1e-3, max: 1e3, noNaN: true }), (logits, temperature) => {
      const p = softmax(logits, temperature)
      const sum = p.reduce((a, b) => a + b, 0)
      return Math.abs(sum - 1) < 1e-12 && p.every((x) => x >= 0 && x <= 1)
    }),
  )
})

t.test('probabilities agree with the definition', async () => {
  fc.assert(
    fc.property(mildLogits, fc.double({ min: 0.5, max: 3, noNaN: true }), (logits, temperature) => {
      const e = logits.map((x) => Math.exp(x / temperature))
      const sum = e.reduce((a, b) => a + b, 0)
      return softmax(logits, temperature).every((p, i) => Math.abs(p - (e[i] as number) / sum) < 1e-12)
    }),
  )
})

t.test('a temperature moves no argmax, and a higher one is never surer', async () => {
  fc.assert(
    fc.property(mildLogits, (logits) => {
      const [cool, warm] = [softmax(logits, 1), softmax(logits, 2)]
      const best = logits.indexOf(Math.max(...logits))
      return cool[best] === Math.max(...cool) && Math.max(...warm) <= Math.max(...cool) + 1e-15
    }),
  )
})

t.test('huge logits give no NaN', async (t) => {
  t.same([...softmax([3.4e38, -3.4e38, 0], 1e-3)], [1, 0, 0])
  t.same([...softmax([-3.4e38, -3.4e38], 1)], [0.5, 0.5])
})

t.test('an output of another length is refused', async (t) => {
  t.throws(() => softmaxInto(new Float32Array(3), 1, new Float64Array(2)), ShapeError)
})
