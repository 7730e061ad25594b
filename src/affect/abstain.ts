import type { AbstainReason } from './judgement.js'
import type { AffectParams } from './affect-params.js'

/** What an abstention rests on. */
export interface DecisionQuality {
  readonly speechMs: number
  readonly snrDb: number
  readonly confidence: number
}

/**
 * Why not to act on a decision, or null. Of several reasons the first of this order is named, the one that explains
 * the others: `no_speech`, `too_little_speech`, `low_snr`, `low_confidence`.
 */
export function abstainReason(
  quality: DecisionQuality,
  params: Pick<AffectParams, 'minSpeechMs' | 'minSnrDb' | 'minConfidence'>,
): AbstainReason | null {
  if (!(quality.speechMs > 0)) return 'no_speech'
  if (quality.speechMs < params.minSpeechMs) return 'too_little_speech'
  if (!(quality.snrDb >= params.minSnrDb)) return 'low_snr'
  if (!(quality.confidence >= params.minConfidence)) return 'low_confidence'
  return null
}
