import type { Label } from '../corpora/clip.js'

/**
 * What the simulated sessions are like. Set before any was judged; the seed draws the rest. A change here is another
 * simulation: raise `version`, and nothing that is kept of the old one counts.
 */
export const SESSION_SETTINGS = {
  version: 1,
  mixedMinutes: 30,
  neutralMinutes: 20,
  /** Of one mixed session, in drawn order, evenly spread: 6 an hour of anger, 2 an hour of something else. */
  angerEpisodes: 3,
  otherEpisodes: 1,
  /** Longest that an episode's clips and pauses may take; each as often as the others. */
  episodeSeconds: [20, 30, 45, 60],
  otherLabels: ['happy', 'sad', 'fearful', 'disgust', 'surprised'] satisfies Label[] as Label[],
  /**
   * Of the turns of a mixed session, one that is a single clip of one of `otherLabels`: nobody speaks evenly for half an
   * hour, and alone, such clips are no episode.
   */
  livelyTurnShare: 0.08,
  neutralLabels: ['neutral', 'calm'] satisfies Label[] as Label[],
  /** Neutral clips of a turn: 1 to so many, short pauses between them. */
  mostClipsOfATurn: 4,
  /** Of all turns and episodes. */
  companionShare: 0.2,
  /** Mean of what is added to the shortest pause between turns. */
  meanPauseS: 4,
  shortestPauseS: 0.5,
  longSilenceShare: 0.06,
  longSilenceS: [30, 120],
  /** Active level of the main speaker's neutral speech; the session's own offset, and each clip's, on top (dB, σ). */
  speechDbfs: -30,
  sessionLevelSigmaDb: 3,
  clipLevelSigmaDb: 1.5,
  /** The microphone's own noise, pink, under everything. */
  floorDbfs: -68,
  bedSeconds: [20, 120],
  /** Levels of noise under that of neutral speech, each as often as the others. */
  snrsDb: [20, 10, 5],
  bystanderVoices: 5,
  /** How often each kind of noise is drawn. */
  bedShares: { room: 0.3, recorded: 0.25, babble: 0.15, cabin: 0.15, rumble: 0.05, white: 0.05, hum: 0.05 },
} as const
