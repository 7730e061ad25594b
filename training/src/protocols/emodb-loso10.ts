import type { Clip, Sex } from '../corpora/clip.js'
import { EMODB } from '../corpora/emodb.js'
import { groupedProtocol } from './grouped-protocol.js'

const SPEAKERS = ['03', '08', '09', '10', '11', '12', '13', '14', '15', '16']

/** One fold a speaker. The inner split holds out the woman and the man that come next after the tested speaker. */
export const EMODB_LOSO10 = groupedProtocol(
  {
    name: 'emodb-loso10',
    version: 1,
    doc: 'One speaker of EMO-DB tested, the other nine trained on; seven classes, boredom among them.',
    corpora: ['emodb'],
    labels: EMODB.labels,
    speakerIndependent: true,
  },
  {
    names: SPEAKERS,
    assign: () => (clip) => clip.speaker,
    innerGroups(fold, clips) {
      const after = SPEAKERS.indexOf(fold) + 1
      const order = [...SPEAKERS.slice(after), ...SPEAKERS.slice(0, after - 1)]
      return (['female', 'male'] as const).flatMap((sex) => order.find((s) => hasSex(clips, s, sex)) ?? [])
    },
  },
)

function hasSex(clips: readonly Clip[], speaker: string, sex: Sex): boolean {
  return clips.some((clip) => clip.speaker === speaker && clip.sex === sex)
}
