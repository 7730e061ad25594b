import type { TAP } from 'tap'

/** `TEST_SEED`, or one that is drawn; said, so that a run can be done again. */
export function drawSeed(t: Pick<TAP, 'comment'>): number {
  const seed = Number(process.env['TEST_SEED'] ?? Date.now() % 1_000_000)
  t.comment(`TEST_SEED=${seed}`)
  return seed
}
