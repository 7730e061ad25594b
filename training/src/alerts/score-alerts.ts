import { SAMPLE_RATE_HZ } from '../../../src/units.js'
import type { Label } from '../corpora/clip.js'
import type { Episode } from './session.js'

/** An alert, from when the device said so. */
export interface RaisedAlert {
  readonly atSample: number
}

/** What became of one episode that should have been heard. */
export interface EpisodeOutcome {
  readonly seconds: number
  /** From its start until the alert; null if none was raised. */
  readonly delayS: number | null
}

/** An alert where nobody played what it is about. */
export interface FalseAlert {
  readonly atSample: number
  /** The emotion that was played then, or null: neutral speech, silence, noise. */
  readonly during: Label | null
}

export interface SessionScore {
  readonly episodes: readonly EpisodeOutcome[]
  readonly falseAlerts: readonly FalseAlert[]
}

/** The last clip of an episode is decided on after it has ended. */
export const SLACK_S = 5

/**
 * Sets alerts against what was played. An episode is recalled if an alert is raised from its start to `SLACK_S` after
 * its end. Any other alert is false, also one that was raised before an episode and lasts into it, and one during an
 * episode of another emotion.
 *
 * @param alerts   by time
 * @param episodes of every emotion; they do not overlap
 * @param label    what the alert is about
 */
export function scoreAlerts(
  alerts: readonly RaisedAlert[],
  episodes: readonly Episode[],
  label: Label,
): SessionScore {
  const slack = SLACK_S * SAMPLE_RATE_HZ
  const isWithin = ({ atSample }: RaisedAlert, { startSample, endSample }: Episode): boolean =>
    atSample >= startSample && atSample <= endSample + slack
  const meant = episodes.filter((episode) => episode.label === label)
  const falseOnes = alerts.filter((alert) => !meant.some((episode) => isWithin(alert, episode)))
  return {
    episodes: meant.map((episode) => {
      const first = alerts.find((alert) => isWithin(alert, episode))
      return {
        seconds: (episode.endSample - episode.startSample) / SAMPLE_RATE_HZ,
        delayS: first ? (first.atSample - episode.startSample) / SAMPLE_RATE_HZ : null,
      }
    }),
    falseAlerts: falseOnes.map((alert) => ({
      atSample: alert.atSample,
      during: episodes.find((episode) => isWithin(alert, episode))?.label ?? null,
    })),
  }
}
