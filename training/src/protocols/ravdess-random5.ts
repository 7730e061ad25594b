import { LABELS } from '../corpora/clip.js'
import { groupedProtocol } from './grouped-protocol.js'
import { stratifiedGroups } from './stratified-groups.js'

const FOLDS = 5
const SEED = 5

/**
 * The protocol of most published figures on RAVDESS: every actor is in both training and test, which flatters a
 * network by 25 points and more. The inner split holds out the next fold's clips, a stratified random part of the
 * training clips.
 */
export const RAVDESS_RANDOM5 = groupedProtocol(
  {
    name: 'ravdess-random5',
    version: 1,
    doc: 'Five random folds, stratified by class; every actor is heard in training, so the figures flatter.',
    corpora: ['ravdess'],
    labels: LABELS,
    speakerIndependent: false,
  },
  {
    names: Array.from({ length: FOLDS }, (_, i) => String(i + 1)),
    assign(clips) {
      const groupOf = stratifiedGroups(clips, FOLDS, SEED)
      return (clip) => String((groupOf.get(clip) ?? NaN) + 1)
    },
  },
)
