import type { KeyObject } from 'node:crypto'
import { ModelError } from '../errors.js'
import type { Logger } from '../ops/logger.js'
import type { PipelineModel } from '../pipeline.js'
import { codeOf, reasonOf } from '../reason-of.js'
import type { InstalledModel } from './delivery-state.js'
import { checkOrder, type ModelOrder } from './model-order.js'
import type { ModelShelf } from './model-shelf.js'
import { checkSameLabels } from './same-labels.js'

export interface ModelSourceOptions {
  readonly shelf: ModelShelf
  /** What orders must be signed with the other half of. */
  readonly key: KeyObject
  /** Reads a model's folder and tries it on its golden vectors. */
  readonly load: (directory: string) => PipelineModel
  readonly loadReleased: () => PipelineModel
  readonly log: Logger
}

/** Reads models that may be put in force, and refuses those that may not. */
export class ModelSource {
  /** The released model, once it has been read. */
  released: PipelineModel | undefined

  constructor(private readonly options: ModelSourceOptions) {}

  /** @throws {ModelError} as `readArtefact` */
  readReleased(): PipelineModel {
    return (this.released ??= this.options.loadReleased())
  }

  /** Undefined if it cannot be read. */
  releasedOrNone(): PipelineModel | undefined {
    try {
      return this.readReleased()
    } catch (error) {
      this.options.log.error({ code: codeOf(error) }, `the released model cannot be read: ${reasonOf(error)}`)
      return undefined
    }
  }

  /**
   * One that has just arrived, and lies in a folder.
   *
   * @param now in whose place it is to come
   * @throws {ModelError} as `readArtefact` and `verifyGolden`; MODEL_ID, MODEL_OTHER_LABELS
   */
  arrived(directory: string, order: ModelOrder, now: PipelineModel): PipelineModel {
    const model = this.options.load(directory)
    const { id } = model.classifier.model
    if (id !== order.id)
      throw new ModelError('MODEL_ID', `the archive holds model ${id}, ordered was ${order.id}`)
    checkSameLabels(model.classifier, now.classifier)
    return model
  }

  /**
   * One that was installed, perhaps by an earlier version and for another key.
   *
   * @throws {ModelError} as `readArtefact` and `verifyGolden`; MODEL_SIGNATURE, MODEL_HASH, MODEL_OTHER_LABELS
   */
  installed({ order, manifestSha256 }: InstalledModel): PipelineModel {
    const { key, shelf, load } = this.options
    // A key that was changed withdraws what was signed with the old one.
    checkOrder(key, order)
    const directory = shelf.directoryOf(order)
    const model = load(directory)
    if (model.classifier.model.sha256 !== manifestSha256) {
      throw new ModelError('MODEL_HASH', `${directory} holds another model than was installed there`)
    }
    const released = this.releasedOrNone()
    if (released !== undefined) checkSameLabels(model.classifier, released.classifier)
    return model
  }
}
