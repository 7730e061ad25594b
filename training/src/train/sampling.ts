import type { Random } from '../random.js'
import type { Example } from './example.js'

/**
 * An epoch's examples in random order, as many as there are.
 *
 * @param balance exponent e: an example of a group (corpus × speaker × class) of n is drawn in proportion to n^−e.
 *   0 draws every example once; 1 draws every group equally often
 */
export function drawEpoch(examples: readonly Example[], balance: number, random: Random): Example[] {
  if (balance === 0) return random.shuffle([...examples])
  const groupOf = ({ speaker, label }: Example): string => `${speaker}/${label}`
  const sizes = new Map<string, number>()
  for (const example of examples) sizes.set(groupOf(example), (sizes.get(groupOf(example)) ?? 0) + 1)
  const weights = examples.map((example) => (sizes.get(groupOf(example)) as number) ** -balance)
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  // Systematic resampling: one random offset for evenly spaced marks, so an example is drawn either ⌊n⌋ or ⌈n⌉ times
  // of its expected n. Shuffled first, so that the marks do not favour neighbours.
  const order = random.shuffle(examples.map((_, i) => i))
  const drawn: Example[] = []
  let mark = random.next()
  let reached = 0
  for (const i of order) {
    reached += ((weights[i] as number) / total) * examples.length
    for (; mark < reached && drawn.length < examples.length; mark++) drawn.push(examples[i] as Example)
  }
  while (drawn.length < examples.length) drawn.push(examples[order.at(-1) as number] as Example)
  return random.shuffle(drawn)
}
