import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { forkPool } from '../parallel/fork-pool.js'
import type { MeasuredSpeaker, SpeakerTask } from './measure-speaker.js'
import { speakersOf } from './speaker-material.js'

const WORKER = new URL('./speaker-worker.ts', import.meta.url)

/**
 * Hears all speakers, several at once.
 *
 * @param kept file of blocks measured before, used if it is there and written if it is not; undefined: neither
 */
export async function measureSpeakers(
  root: string,
  seed: number,
  jobs: number,
  kept: string | undefined,
  onStep: (text: string) => void,
): Promise<MeasuredSpeaker[]> {
  if (kept !== undefined && existsSync(kept)) {
    return JSON.parse(readFileSync(kept, 'utf8')) as MeasuredSpeaker[]
  }
  const tasks = speakersOf(root).map((speaker): SpeakerTask => ({ speaker, seed }))
  const measured = await forkPool<SpeakerTask, MeasuredSpeaker>(WORKER, tasks, jobs, (index, text) => {
    const { corpus, speaker, manner } = (tasks[index] as SpeakerTask).speaker
    onStep(`${corpus} ${speaker} ${manner}: ${text}`)
  })
  if (kept !== undefined) writeFileSync(kept, `${JSON.stringify(measured)}\n`)
  return measured
}
