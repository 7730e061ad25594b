import { SAMPLE_RATE_HZ } from '../../../src/units.js'
import type { Label } from '../corpora/clip.js'
import type { Random } from '../random.js'
import { between, pick } from './draw.js'
import { planBeds, type BedMaterial } from './plan-beds.js'
import { SESSION_SETTINGS as S } from './session-settings.js'
import type { Episode, MeasuredCast, MeasuredClip, SessionKind, SessionPlan, Turn } from './session.js'

export interface SessionOutline {
  readonly kind: SessionKind
  readonly seconds: number
  readonly cast: MeasuredCast
  readonly noise: BedMaterial['noise']
}

interface DueEpisode {
  readonly label: Label
  readonly seconds: number
  readonly notBefore: number
}

/**
 * Draws a session: neutral turns with pauses between them, episodes spread over it, noise that changes. The same seed
 * and clips give the same plan.
 *
 * Episodes keep the level that their clips have beside the same speaker's neutral ones: anger is louder.
 */
export function planSession({ kind, seconds, cast, noise }: SessionOutline, random: Random): SessionPlan {
  const lengthSamples = Math.round(seconds * SAMPLE_RATE_HZ)
  const levelDb = S.speechDbfs + S.sessionLevelSigmaDb * random.normal()
  const due = kind === 'mixed' ? drawEpisodes(lengthSamples, cast.main, random) : []
  const stage = new Stage(lengthSamples, cast, levelDb, random)
  while (!stage.isOver) {
    const next = due[0]
    if (next && stage.at >= next.notBefore) {
      stage.playEpisode(next)
      due.shift()
    } else {
      stage.speak(kind === 'mixed')
    }
    stage.pause()
  }
  const { turns, episodes } = stage
  return { lengthSamples, turns, episodes, beds: planBeds({ lengthSamples, levelDb, cast, noise }, random) }
}

/** One in each even part of the session, beginning within the part's first half. */
function drawEpisodes(length: number, main: readonly MeasuredClip[], random: Random): DueEpisode[] {
  const known = new Set(main.map(({ clip }) => clip.label))
  const others = S.otherLabels.filter((label) => known.has(label))
  const labels = random.shuffle<Label>([
    ...Array.from({ length: S.angerEpisodes }, () => 'angry' as const),
    ...Array.from({ length: S.otherEpisodes }, () => pick(others, random)),
  ])
  const part = length / labels.length
  return labels.map((label, i) => ({
    label,
    seconds: pick(S.episodeSeconds, random),
    notBefore: (i + between(random, 0.1, 0.5)) * part,
  }))
}

/** Where the plan of a session's speech grows. */
class Stage {
  readonly turns: Turn[] = []
  readonly episodes: Episode[] = []
  at = 0

  constructor(
    private readonly length: number,
    private readonly cast: MeasuredCast,
    private readonly levelDb: number,
    private readonly random: Random,
  ) {
    this.at = Math.round(between(random, 1, 4) * SAMPLE_RATE_HZ)
  }

  get isOver(): boolean {
    return this.at >= this.length
  }

  /** @param mayBeLively whether it may be something else than neutral, now and then */
  speak(mayBeLively: boolean): void {
    const speaker = this.drawSpeaker()
    if (mayBeLively && this.random.next() < S.livelyTurnShare) {
      const lively = speaker.filter(({ clip }) => S.otherLabels.includes(clip.label))
      this.play(pick(lively, this.random), speaker)
      return
    }
    const clips = speaker.filter(({ clip }) => S.neutralLabels.includes(clip.label))
    for (let n = 1 + this.random.below(S.mostClipsOfATurn); n > 0; n--) {
      if (!this.play(pick(clips, this.random), speaker)) return
      this.silence(between(this.random, 0.1, 0.8))
    }
  }

  playEpisode({ label, seconds }: DueEpisode): void {
    const speaker = this.drawSpeaker(label)
    const clips = this.random.shuffle(speaker.filter(({ clip }) => clip.label === label))
    const startSample = this.at
    const mostSamples = seconds * SAMPLE_RATE_HZ
    let endSample = startSample
    for (let n = 0; ; n++) {
      const clip = clips[n % clips.length] as MeasuredClip
      const isFirst = n === 0
      if (!isFirst && this.at + clip.durationSamples > startSample + mostSamples) break
      if (!this.play(clip, speaker)) break
      endSample = this.at
      this.silence(between(this.random, 0.2, 1.5))
    }
    if (endSample > startSample) this.episodes.push({ label, startSample, endSample })
  }

  pause(): void {
    const { random } = this
    const isLong = random.next() < S.longSilenceShare
    this.silence(
      isLong
        ? between(random, ...S.longSilenceS)
        : S.shortestPauseS - S.meanPauseS * Math.log(1 - random.next()),
    )
  }

  private drawSpeaker(label?: Label): readonly MeasuredClip[] {
    const { main, companion } = this.cast
    const isCompanion = this.random.next() < S.companionShare
    const can = label === undefined || companion.some(({ clip }) => clip.label === label)
    return isCompanion && companion.length > 0 && can ? companion : main
  }

  /** @returns false if the session ends before the clip does: it is not heard then */
  private play({ clip, durationSamples }: MeasuredClip, speaker: readonly MeasuredClip[]): boolean {
    if (this.at + durationSamples > this.length) {
      this.at = this.length
      return false
    }
    const gainDb = this.levelDb + S.clipLevelSigmaDb * this.random.normal()
    const gain = 10 ** (gainDb / 20) / Math.sqrt(neutralPower(speaker))
    this.turns.push({ path: clip.path, startSample: this.at, durationSamples, gain })
    this.at += durationSamples
    return true
  }

  private silence(seconds: number): void {
    this.at += Math.round(seconds * SAMPLE_RATE_HZ)
  }
}

function neutralPower(clips: readonly MeasuredClip[]): number {
  const neutral = clips.filter(({ clip }) => S.neutralLabels.includes(clip.label))
  return neutral.reduce((sum, { activePower }) => sum + activePower, 0) / neutral.length
}
