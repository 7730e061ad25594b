import t from 'tap'
import { drawRound, FAULT_KINDS, planName } from '../../../bench/src/chaos/round-plan.js'

const rounds = (seed: number, count: number) =>
  Array.from({ length: count }, (_, n) => drawRound(seed, n + 1, FAULT_KINDS))

t.test('a seed gives the same rounds again, each alone or in a row, and another seed others', async (t) => {
  t.same(rounds(7, 20), rounds(7, 20))
  t.same(drawRound(7, 13, FAULT_KINDS), rounds(7, 20)[12])
  t.not(rounds(7, 20).map(planName).join(), rounds(8, 20).map(planName).join())
})

t.test(
  'every kind leads once in as many rounds as there are kinds, and about half of the rounds have two',
  async (t) => {
    for (let from = 0; from < 90; from += FAULT_KINDS.length) {
      const leading = rounds(3, 90)
        .slice(from, from + FAULT_KINDS.length)
        .map(({ faults }) => faults[0]?.kind)
      t.same([...leading].sort(), [...FAULT_KINDS].sort())
    }
    const pairs = rounds(3, 400).filter(({ faults }) => faults.length === 2).length
    t.ok(pairs > 150 && pairs < 250, `${pairs} of 400`)
  },
)

t.test('kinds that would take each other’s object away are not joined', async (t) => {
  for (const { faults } of rounds(5, 500)) {
    const kinds = faults.map(({ kind }) => kind)
    t.notOk(kinds.includes('network_cut') && kinds.includes('slow_link'))
    t.notOk(kinds.includes('broker_kill') && kinds.includes('broker_restart'))
    t.notOk(kinds.includes('disk_full') && kinds.includes('disk_read_only'))
    t.equal(new Set(kinds).size, kinds.length)
  }
})

t.test('only kinds that were asked for are drawn', async (t) => {
  for (let round = 1; round < 50; round++) {
    t.same(
      drawRound(1, round, ['clock_jump']).faults.map(({ kind }) => kind),
      ['clock_jump'],
    )
  }
})
