/** Which decisions the agent learns the voice from: none, those that it judged neutral, or all. */
export type AdaptationMode = 'off' | 'neutral' | 'all'

/** From what the agent learns how a voice usually sounds, and how much of it counts. */
export interface AdaptationParams {
  readonly mode: AdaptationMode
  /** Of neutral and calm together, for a window to count as neutral. */
  readonly minProbability: number
  /** Most speech that counts: beyond it, what is older weighs less and less. */
  readonly maxSpeechS: number
}

export const DEFAULT_ADAPTATION_PARAMS: AdaptationParams = Object.freeze({
  mode: 'neutral',
  minProbability: 0.5,
  maxSpeechS: 60,
})
