import { bootstrapInterval } from '../evaluate/bootstrap.js'

/** Ends of a two-sided 95 % interval. */
export type Interval = readonly [low: number, high: number]

const TAIL = 0.025
const BOOTSTRAP_SEED = 1

/**
 * Exact 95 % interval of a rate from events counted in some time.
 *
 * @param events whole, at least 0
 * @param hours  above 0
 * @returns events an hour
 * @see Garwood 1936, "Fiducial limits for the Poisson distribution"
 */
export function rateInterval(events: number, hours: number): Interval {
  // P(X ≥ events | low) = P(X ≤ events | high) = TAIL
  const low = events === 0 ? 0 : solved((mean) => 1 - atMost(events - 1, mean) < TAIL, events)
  const high = solved((mean) => atMost(events, mean) > TAIL, 2 * events + 10)
  return [low / hours, high / hours]
}

/** What one person gave. */
export interface PersonCount {
  readonly events: number
  readonly hours: number
}

/**
 * 95 % interval of a rate by drawing as many people again with replacement: a voice that raises one alert raises more,
 * which an interval over events alone does not know. Of no event at all it knows nothing.
 *
 * @see Efron & Tibshirani 1993, "An introduction to the bootstrap"
 */
export function rateIntervalOverPeople(people: readonly PersonCount[]): Interval {
  if (people.every(({ events }) => events === 0)) return [0, 0]
  const rateOf = (some: readonly PersonCount[]): number => {
    let events = 0
    let hours = 0
    for (const one of some) {
      events += one.events
      hours += one.hours
    }
    return events / hours
  }
  return bootstrapInterval(people, rateOf, BOOTSTRAP_SEED)
}

/**
 * 95 % interval of a share.
 *
 * @see Wilson 1927, "Probable inference, the law of succession, and statistical inference"
 */
export function shareInterval(hits: number, of: number): Interval {
  if (of === 0) return [0, 1]
  const z = 1.959964
  const share = hits / of
  const centre = share + z ** 2 / (2 * of)
  const half = z * Math.sqrt((share * (1 - share)) / of + z ** 2 / (4 * of ** 2))
  const scale = 1 + z ** 2 / of
  return [Math.max(0, (centre - half) / scale), Math.min(1, (centre + half) / scale)]
}

/** P(X ≤ count) of a Poisson variable. */
function atMost(count: number, mean: number): number {
  let sum = 0
  let logTerm = -mean
  for (let k = 0; k <= count; k++) {
    if (k > 0) logTerm += Math.log(mean / k)
    sum += Math.exp(logTerm)
  }
  return sum
}

/** Largest mean, up to `most`, for which the condition still holds; it holds below and not above. */
function solved(holds: (mean: number) => boolean, most: number): number {
  let low = 0
  let high = most
  for (let n = 0; n < 60; n++) {
    const middle = (low + high) / 2
    if (holds(middle)) low = middle
    else high = middle
  }
  return low
}
