import fc from 'fast-check'
import t from 'tap'
import { createRandom } from '../../training/src/random.js'
import type { Example } from '../../training/src/train/example.js'
import { drawEpoch } from '../../training/src/train/sampling.js'

function examplesOf(sizes: readonly number[]): Example[] {
  return sizes.flatMap((size, group) =>
    Array.from({ length: size }, (): Example => ({
      label: group % 2,
      speaker: `made/${group >> 1}`,
      mask: Float32Array.of(1, 1),
      variants: [],
      corpus: 'made',
      sex: null,
      intensity: null,
    })),
  )
}

t.test('without balance an epoch holds every example once', async (t) => {
  const examples = examplesOf([3, 9, 1])
  const drawn = drawEpoch(examples, 0, createRandom(1))
  t.equal(new Set(drawn).size, 13)
  t.not(drawn, examples)
})

t.test(
  'an epoch is as long as the examples whatever the balance, and each is drawn about as often as due',
  async () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 8 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.integer({ min: 0, max: 1000 }),
        (sizes, balance, seed) => {
          const examples = examplesOf(sizes)
          const drawn = drawEpoch(examples, balance, createRandom(seed))
          const total = sizes.reduce((sum, size) => sum + size ** (1 - balance), 0)
          const counts = new Map<Example, number>()
          for (const example of drawn) counts.set(example, (counts.get(example) ?? 0) + 1)
          return (
            drawn.length === examples.length &&
            examples.every((example) => {
              const size = sizes[2 * Number(example.speaker.slice(5)) + example.label] as number
              const due = (examples.length * size ** -balance) / total
              const count = counts.get(example) ?? 0
              return count >= Math.floor(due - 1e-6) && count <= Math.ceil(due + 1e-6) + 1
            })
          )
        },
      ),
    )
  },
)
