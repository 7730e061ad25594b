import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { InputError } from '../../../src/errors.js'
import type { Fold } from '../protocols/protocol.js'
import type { FoldModel } from './run-evaluation.js'

/**
 * A protocol's fold models: `fold-<name>` is the int8 artefact, `fold-<name>.float.bin` beside it the float weights,
 * if they were kept.
 *
 * @throws {InputError} `EVALUATION_NO_ARTEFACT` if a fold has no model
 */
export function foldModels(folder: string, folds: readonly Pick<Fold, 'fold' | 'test'>[]): FoldModel[] {
  return folds.map(({ fold, test }) => {
    const artefact = join(folder, `fold-${fold}`)
    if (!existsSync(join(artefact, 'manifest.json'))) {
      throw new InputError(
        'EVALUATION_NO_ARTEFACT',
        `${artefact} holds no model of fold ${fold}; train and quantise it, or name the folds that there are with --fold`,
      )
    }
    const floatWeights = `${artefact}.float.bin`
    return {
      fold,
      artefact,
      floatWeights: existsSync(floatWeights) ? floatWeights : null,
      clips: test,
    }
  })
}
