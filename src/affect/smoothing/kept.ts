import { SAMPLE_RATE_HZ } from '../../units.js'
import { halved } from '../pinned-exp.js'

/** Share left after some samples of a quantity that halves in so many seconds. */
export function kept(samples: number, halfLifeS: number): number {
  return halved(samples / (SAMPLE_RATE_HZ * halfLifeS))
}
