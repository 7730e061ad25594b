import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pause, type Surroundings } from './faults.js'
import { runRound, type RoundResult } from './run-round.js'
import { isKept, judgeRound, type Arrival, type Verdict } from './verdict.js'

/** Its first events are older at its end than what a killed broker may forget. */
const CALM_MS = 3000

/**
 * Shows that the ledger can find fault: what it says of a round in which nothing went wrong, of the same round with the
 * ledger falsified in each way, and of one in which the disk was wiped.
 *
 * @returns whether everything was noticed, and nothing where there was nothing
 */
export async function selfTest(say: (text: string) => void): Promise<boolean> {
  const calm = await play(() => pause(CALM_MS))
  const wiped = await play(wipeTheDisk)
  const { arrivals, logs } = calm
  const again = (list: readonly Arrival[]): Verdict => judgeRound(list, logs)
  const killed = [...logs, { steps: [{ kind: 'broker_killed' }] as const }]
  const middle = Math.floor(arrivals.length / 2)
  const [a, b] = [arrivals[middle]!, arrivals[middle + 1]!]
  const [before, after] = [arrivals.slice(0, middle), arrivals.slice(middle + 2)]
  const checks: readonly (readonly [string, boolean])[] = [
    ['a round without failures is good', isKept(calm.verdict) && calm.verdict.accepted > 0],
    ['an event missing in the middle is lost', again([...before, b, ...after]).lost.length === 1],
    [
      'the last event missing is lost, since the agent said that it accepted it',
      again(arrivals.slice(0, -1)).lost.length === 1,
    ],
    ['two events changed round are out of order', again([...before, b, a, ...after]).disordered.length === 1],
    ['an event repeated for no reason is unexplained', again([...arrivals, a]).unexplained.length === 1],
    [
      'an event repeated with another content is changed',
      again([...arrivals, { ...a, payload: '{}' }]).changed.length === 1,
    ],
    [
      'an event that a broker acknowledged long before it was killed is lost, and not forgotten by it',
      judgeRound(arrivals.slice(1), killed).lost.length === 1,
    ],
    ['events on a disk that is wiped while the agent is down are lost', wiped.verdict.lost.length > 0],
  ]
  for (const [what, isSo] of checks) say(`${isSo ? 'ok    ' : 'FAILED'} ${what}`)
  return checks.every(([, isSo]) => isSo)
}

/** Events pile up on the disk while the broker is away; then it is gone. */
async function wipeTheDisk({ broker, agent, disk }: Surroundings): Promise<void> {
  await broker.kill('SIGTERM')
  await pause(1000)
  await agent.hold('SIGKILL')
  rmSync(join(disk.folder, 'outbox'), { recursive: true, force: true })
  await broker.start()
  agent.release()
}

async function play(sabotage: (around: Surroundings) => Promise<void>): Promise<RoundResult> {
  const folder = mkdtempSync(join(tmpdir(), 'affectd-chaos-'))
  try {
    const options = { folder, leastEvents: 50, sabotage }
    return await runRound({ seed: 1, round: 1, faults: [] }, options)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
