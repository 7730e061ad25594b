import { SAMPLE_RATE_HZ } from '../../../src/units.js'
import type { Random } from '../random.js'
import { between, pick, pickByShare } from './draw.js'
import { SESSION_SETTINGS as S } from './session-settings.js'
import type { MeasuredCast, NoiseBed, SessionTask } from './session.js'

export interface BedMaterial {
  readonly lengthSamples: number
  /** Of neutral speech. */
  readonly levelDb: number
  readonly cast: Pick<MeasuredCast, 'bystanders'>
  readonly noise: SessionTask['noise']
}

/** Noises that follow one another over a whole session. Babble is left out where nobody is there to babble. */
export function planBeds({ lengthSamples, levelDb, cast, noise }: BedMaterial, random: Random): NoiseBed[] {
  const voices = cast.bystanders.map(({ clip }) => clip.path)
  const classes = Object.keys(noise).sort()
  const beds: NoiseBed[] = []
  for (let startSample = 0; startSample < lengthSamples;) {
    const seconds = between(random, ...S.bedSeconds)
    const endSample = Math.min(lengthSamples, startSample + Math.round(seconds * SAMPLE_RATE_HZ))
    const drawn = pickByShare(S.bedShares, random)
    const kind = drawn === 'babble' && voices.length === 0 ? 'room' : drawn
    const name = pick(classes, random)
    const level = { room: S.floorDbfs + between(random, 0, 12), other: levelDb - pick(S.snrsDb, random) }
    const paths =
      kind === 'recorded'
        ? [pick(noise[name] as readonly string[], random)]
        : kind === 'babble'
          ? Array.from({ length: S.bystanderVoices }, () => pick(voices, random))
          : []
    beds.push({
      kind: kind === 'recorded' ? name : kind,
      paths,
      startSample,
      endSample,
      levelDbfs: kind === 'room' ? level.room : level.other,
      seed: random.below(2 ** 30),
    })
    startSample = endSample
  }
  return beds
}
