import t from 'tap'
import { decodeFloatWeights, encodeFloatWeights } from '../../training/src/evaluate/float-weights.js'
import { createRandom } from '../../training/src/random.js'
import { architectureByName } from '../../training/src/architectures/index.js'
import { initialParameters } from '../../training/src/train/parameters.js'

t.test('float weights survive the file, and a damaged file is refused', async (t) => {
  const parameters = initialParameters(architectureByName('cnn', 8), [148, 40, 1], createRandom(2))
  const bytes = encodeFloatWeights('cnn', parameters)
  const decoded = decodeFloatWeights(bytes)
  t.equal(decoded.architecture, 'cnn')
  t.same([...decoded.parameters.keys()], [...parameters.keys()])
  for (const [name, { shape, values }] of parameters) {
    t.same(decoded.parameters.get(name)?.shape, shape)
    t.same(decoded.parameters.get(name)?.values, values)
  }
  t.throws(() => decodeFloatWeights(bytes.subarray(0, -1)), { code: 'TRAINING_FLOAT_WEIGHTS' })
  t.throws(() => decodeFloatWeights(new Uint8Array([1, 2, 3])), { code: 'TRAINING_FLOAT_WEIGHTS' })
})
