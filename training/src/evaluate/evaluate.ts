import { InputError } from '../../../src/errors.js'
import { AS_RECORDED } from '../augment/variant.js'
import type { Clip } from '../corpora/clip.js'
import { architectureOf, loadRun, splitOf } from '../train/run.js'
import { createFloatJudge } from './float-judge.js'
import { readEvents } from './read-events.js'
import { verdictOn, type Judged, type Verdict } from './verdict.js'

/** A run on the clips that it held out, at temperature 1: where choices between runs are made. */
export async function evaluateRun(
  folder: string,
  corporaRoot: string,
  cacheRoot: string,
): Promise<{
  protocol: string
  labels: readonly string[]
  verdicts: Verdict[]
  warnings: readonly string[]
}> {
  const { run, state } = loadRun(folder)
  const { name, test, warnings } = splitOf(run, corporaRoot)
  const judged = {
    labels: run.labels,
    prior: run.labels.map(() => 1 / run.labels.length),
    calibration: { temperature: 1 },
  }
  const network = { architecture: architectureOf(run), parameters: state.averaged }
  const judge = createFloatJudge(judged, network, cacheRoot)
  const verdicts: Verdict[] = []
  for (const clip of test) verdicts.push(await judge({ clip, variant: AS_RECORDED }))
  return { protocol: name, labels: judged.labels, verdicts, warnings }
}

/**
 * Decisions that `affectd analyze --json` made.
 *
 * @throws {InputError} `EVALUATION_EVENTS` if a clip is not among them
 */
export function verdictsOfEvents(judged: Judged, clips: readonly Clip[], events: string): Verdict[] {
  const byFile = readEvents(events, judged.labels)
  return clips.map((clip) => {
    const windows = byFile.get(clip.path)
    if (!windows) {
      throw new InputError(
        'EVALUATION_EVENTS',
        `no event is of ${clip.path}; analyze all of the clips that --list prints`,
      )
    }
    return verdictOn(clip, windows, judged)
  })
}
