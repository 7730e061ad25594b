import { ConfigError, InputError } from '../../../src/errors.js'
import type { Clip } from '../corpora/clip.js'
import { foldName, type Fold, type Protocol } from './protocol.js'

/**
 * One fold of a protocol.
 *
 * @param fold its name; may be left out where the protocol has one alone
 * @param inner its inner split instead
 * @throws {ConfigError} `TRAINING_BAD_FOLD`
 * @throws {InputError} `CORPUS_INCOMPLETE` if there is nothing to train or to test on
 */
export function selectFold(
  protocol: Protocol,
  clips: readonly Clip[],
  fold: string | null,
  inner: boolean,
): Fold {
  const name = fold ?? (protocol.foldNames.length === 1 ? protocol.foldNames[0] : undefined)
  if (name === undefined || !protocol.foldNames.includes(name)) {
    throw new ConfigError(
      'TRAINING_BAD_FOLD',
      `${protocol.name} has no fold '${name ?? ''}'; choose from ${protocol.foldNames.join(', ')}`,
    )
  }
  const outer = protocol.folds(clips).find((candidate) => candidate.fold === name)
  const chosen = outer && inner ? protocol.inner(outer) : outer
  if (!chosen || chosen.train.length === 0 || chosen.test.length === 0) {
    throw new InputError(
      'CORPUS_INCOMPLETE',
      `${chosen ? foldName(chosen) : `${protocol.name} ${name}`} has nothing to ` +
        `${chosen && chosen.test.length > 0 ? 'train' : 'test'} on: its corpora are not all here, whole`,
    )
  }
  return chosen
}
