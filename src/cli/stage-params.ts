import type { AdaptationParams } from '../affect/adaptation-params.js'
import type { AffectParams } from '../affect/affect-params.js'
import type { AlertRule } from '../affect/alerts/alert-rule.js'
import type { LiveParams } from '../capture/live/live-params.js'
import { completed, type RuleSettings } from '../config/alert-rules.js'
import type { Config } from '../config/config.js'
import type { GateParams } from '../gate/gate-params.js'
import type { GateSettings } from '../gate/load-gates.js'

/** What is made of a microphone's samples, from the keys. */
export function captureParamsOf(capture: Config['capture']): LiveParams {
  return Object.freeze({
    channel: capture.channel,
    gainMode: capture.gain_mode,
    gainDb: capture.gain_db,
    agcMaxGainDb: capture.agc_max_gain_db,
    faultAfterS: capture.fault_after_s,
  })
}

/** What the gate is made of, from its keys. */
export function gateSettingsOf(gate: Config['gate']): GateSettings {
  return { vad: gate.vad, vadModel: gate.vad_model, params: gateParamsOf(gate) }
}

/** The gate's parameters from their keys. */
export function gateParamsOf(gate: Config['gate']): GateParams {
  return {
    minFrameDbfs: gate.min_frame_dbfs,
    maxClippedRatio: gate.max_clipped_ratio,
    enterScore: gate.enter_score,
    exitScore: gate.exit_score,
    enterMs: gate.enter_ms,
    preRollMs: gate.pre_roll_ms,
    hangoverMs: gate.hangover_ms,
    postRollMs: gate.post_roll_ms,
    minSpeechMs: gate.min_speech_ms,
    voicedScore: gate.voiced_score,
    minVoicedMs: gate.min_voiced_ms,
    minLevelSpreadDb: gate.min_level_spread_db,
    minLevelDbfs: gate.min_level_dbfs,
    maxSpeechMs: gate.max_speech_ms,
    windowMs: gate.window_ms,
    windowHopMs: gate.window_hop_ms,
    tailSpeechMs: gate.tail_speech_ms,
  }
}

/** The affect stage's parameters from their keys. */
export function affectParamsOf(affect: Config['affect']): AffectParams {
  return {
    minSpeechMs: affect.min_speech_ms,
    minSnrDb: affect.min_snr_db,
    minConfidence: affect.min_confidence,
    smoothing: affect.smoothing,
    smoothingHalfLifeS: affect.smoothing_half_life_s,
    forgettingHalfLifeS: affect.forgetting_half_life_s,
    dwellS: affect.dwell_s,
  }
}

/** The rules that raise alerts, from their keys; those switched off are left out. */
export function alertRulesOf({ rules, ...groups }: Config['alerts']): readonly AlertRule[] {
  return [
    ...Object.entries(groups).flatMap(([kind, { enabled, ...rule }]) =>
      enabled ? [alertRule(kind, rule)] : [],
    ),
    ...Object.entries(rules).map(([kind, given]) => alertRule(kind, completed(given))),
  ]
}

function alertRule(kind: string, settings: RuleSettings): AlertRule {
  return {
    kind,
    score: settings.score,
    enter: settings.enter,
    exit: settings.exit,
    hits: settings.hits,
    of: settings.of,
    withinS: settings.within_s,
    minDurationS: settings.min_duration_s,
    cooldownS: settings.cooldown_s,
  }
}

/** What is learnt of the voice, from its keys. */
export function adaptationParamsOf({ adaptation }: Config['affect']): AdaptationParams {
  return {
    mode: adaptation.mode,
    minProbability: adaptation.min_probability,
    maxSpeechS: adaptation.max_speech_s,
  }
}
