import { createHash, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Test } from 'tap'
import { loadInt8Model } from '../../src/cli/judge.js'
import type { FetchDeps } from '../../src/delivery/archive-fetcher.js'
import { CHUNK_BYTES } from '../../src/delivery/chunk.js'
import { DeliveryStore } from '../../src/delivery/delivery-store.js'
import { IncomingArchive } from '../../src/delivery/incoming-archive.js'
import { packModel } from '../../src/delivery/model-archive.js'
import { orderJson, signOrder, type ModelOrder } from '../../src/delivery/model-order.js'
import { ModelShelf } from '../../src/delivery/model-shelf.js'
import { ModelSource } from '../../src/delivery/model-source.js'
import { FEATURE_PARAMS } from '../../src/features/feature-params.js'
import { ModelInForce, type DeliveringAgent } from '../../src/model-in-force.js'
import { ModelIntake, type IntakeAnswer } from '../../src/model-intake.js'
import { writeArtefact, type ModelSource as ModelToWrite } from '../../src/nn/artefact-writer.js'
import { StateFile } from '../../src/ops/state-file.js'
import type { PipelineModel } from '../../src/pipeline.js'
import { createRandom, tinyInputs } from '../nn/tiny-model.js'
import { FakeClock } from './fake-clock.js'
import { recordingLogger } from './recording-logger.js'
import { tinyModelSource } from './tiny-model.js'

const TRIAL_MS = 600_000

/** An archive and the order for it. */
export interface Parcel {
  readonly order: ModelOrder
  readonly archive: Uint8Array
}

export interface DeliveryRigOptions {
  /** Default: in the rig's folder. */
  readonly stateDir?: string
  readonly keys?: DeliveryRig['keys']
  readonly machineBoot?: string
  readonly maxBytes?: number
  readonly download?: FetchDeps['download']
  /** Default: room for anything. */
  readonly checkRoom?: (bytes: number) => void
}

/** Model delivery on a folder, with an agent of which only what it is told is real. The released model is `tiny-8`. */
export class DeliveryRig {
  readonly clock = new FakeClock()
  readonly log = recordingLogger()
  readonly keys: { readonly publicKey: KeyObject; readonly privateKey: KeyObject }
  readonly stateDir: string
  /** What the agent was told, newest last. */
  readonly used: string[] = []
  says = 0
  key: KeyObject
  inForce!: ModelInForce
  intake!: ModelIntake
  incoming!: IncomingArchive

  constructor(
    readonly folder: string,
    private readonly options: DeliveryRigOptions = {},
  ) {
    this.stateDir = options.stateDir ?? join(folder, 'state')
    this.keys = options.keys ?? generateKeyPairSync('ed25519')
    this.key = this.keys.publicKey
    writeModel(join(folder, 'released'), {})
    this.start(options.machineBoot)
  }

  /** The process begins, again. */
  start(machineBoot = 'boot-1'): this {
    const { clock, log, key, options } = this
    const shelf = new ModelShelf(join(this.stateDir, 'models'))
    if (options.checkRoom !== undefined) shelf.checkRoom = options.checkRoom
    this.incoming = new IncomingArchive(shelf.folder)
    const load = loadInt8Model
    const source = new ModelSource({
      shelf,
      key,
      load,
      loadReleased: () => load(join(this.folder, 'released')),
      log,
    })
    const file = new StateFile(this.stateDir, 'models.json')
    this.inForce = new ModelInForce({
      store: new DeliveryStore({ file, log, nowMs: () => clock.nowMs(), machineBoot }),
      shelf,
      arriving: () => this.incoming.order,
      source,
      trialMs: TRIAL_MS,
      clock,
      log,
    })
    this.intake = new ModelIntake({
      inForce: this.inForce,
      incoming: this.incoming,
      shelf,
      key,
      maxBytes: options.maxBytes ?? 2 ** 20,
      ca: () => undefined,
      clock,
      log,
      ...(options.download && { download: options.download }),
    })
    return this
  }

  /** An agent is built from what is in force. */
  attach(part: Partial<DeliveringAgent> = {}): this {
    this.inForce.attach({
      model: this.inForce.model ?? loadInt8Model(join(this.folder, 'released')),
      maxInferenceMs: 100,
      use: (model) => this.used.push(model.classifier.model.id),
      say: () => void (this.says += 1),
      ...part,
    })
    return this
  }

  /** Ends it in order. */
  stop(): void {
    this.intake.close()
    this.inForce.close()
  }

  /** Its files, as they would be packed. */
  files(id: string, change: Partial<ModelToWrite> = {}): Map<string, Uint8Array> {
    const directory = join(this.folder, `made-${id}`)
    writeModel(directory, { id, ...change })
    return new Map(
      ['manifest.json', 'weights.bin', 'golden.json'].map((name) => [
        name,
        readFileSync(join(directory, name)),
      ]),
    )
  }

  parcel(id: string, files: ReadonlyMap<string, Uint8Array> = this.files(id)): Parcel {
    return this.sealed(id, packModel(files))
  }

  /** Any bytes, well signed. */
  sealed(id: string, archive: Uint8Array, key: KeyObject = this.keys.privateKey): Parcel {
    const sha256 = createHash('sha256').update(archive).digest('hex')
    return { archive, order: signOrder(key, { id, size: archive.length, sha256 }) }
  }

  install({ order }: Pick<Parcel, 'order'>, more: object = {}): Promise<IntakeAnswer> {
    return this.intake.install({ order: orderJson(order), ...more })
  }

  /** One chunk of it, the one that is due unless an offset says otherwise. */
  chunk({ order, archive }: Parcel, offset = this.incoming.offset): Promise<IntakeAnswer> {
    const data = Buffer.from(archive.subarray(offset, offset + CHUNK_BYTES)).toString('base64')
    return this.intake.chunk({ sha256: order.sha256, offset, data })
  }

  /** Orders it and sends all of it. */
  async deliver(parcel: Parcel): Promise<IntakeAnswer> {
    let answer = await this.install(parcel)
    while (answer !== 'in_force') answer = await this.chunk(parcel, answer.offset)
    return answer
  }

  /** Id of the model in force. */
  get id(): string {
    return this.inForce.report.id
  }
}

/** Labels over which a model of the rig decides, and one of the wrong features. */
function writeModel(directory: string, change: Partial<ModelToWrite>): void {
  const { decisionFrames, nMfcc } = FEATURE_PARAMS
  writeArtefact(directory, { ...tinyModelSource(), ...change }, tinyInputs(decisionFrames * nMfcc))
}

/** Its model, of another behaviour. */
export function misbehaving(
  model: PipelineModel,
  classifyInto: PipelineModel['classifier']['classifyInto'],
): PipelineModel {
  return { ...model, classifier: { ...model.classifier, classifyInto } }
}

/** A rig that ends with the test. */
export function deliveryRig(t: Test, options: DeliveryRigOptions = {}): DeliveryRig {
  const made = new DeliveryRig(t.testdir(), options)
  t.teardown(() => made.stop())
  return made
}

/** A parcel of several chunks. */
export function largeParcel(made: DeliveryRig, id = 'big'): Parcel {
  const card = Uint8Array.from({ length: 100_000 }, createBytes())
  return made.parcel(id, new Map([...made.files(id), ['MODEL_CARD.md', card]]))
}

/** The same sequence of bytes each time. */
export function createBytes(): () => number {
  const random = createRandom(7)
  return () => Math.floor(random() * 256)
}

/** What lies in the folder of models. */
export const keptModels = ({ stateDir }: DeliveryRig): string[] =>
  existsSync(join(stateDir, 'models')) ? readdirSync(join(stateDir, 'models')).sort() : []
