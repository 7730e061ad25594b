import type { KeyObject } from 'node:crypto'
import { fetchArchive, type FetchDeps } from './delivery/archive-fetcher.js'
import { CHUNK_BYTES, parseChunk } from './delivery/chunk.js'
import { parseArchiveUrl } from './delivery/https-archive.js'
import type { IncomingArchive } from './delivery/incoming-archive.js'
import { unpackModel } from './delivery/model-archive.js'
import { checkOrder, isOrderSigned, parseOrder, type ModelOrder } from './delivery/model-order.js'
import type { ModelShelf } from './delivery/model-shelf.js'
import { AffectdError, ModelError, PublishError } from './errors.js'
import type { JsonObject } from './hostile-json.js'
import type { ModelInForce } from './model-in-force.js'
import type { Clock } from './ops/clock.js'
import type { Logger } from './ops/logger.js'
import { RateLimit } from './publish/rate-limit.js'
import { codeOf, reasonOf } from './reason-of.js'

/** Archives of the largest size that may be written at once, and how fast chunks may come in the long run. */
const ARCHIVES_AT_ONCE = 2
const CHUNKS_PER_S = 0.1
/** Requests that may wait for one model: each takes a place among those that the device answers. */
const MAX_WAITING = 8
/** What is wrong with the disk may be mended: what has arrived stays. */
const OF_THE_DISK: readonly string[] = ['MODEL_DISK_FULL', 'MODEL_NOT_KEPT']

export interface ModelIntakeOptions {
  readonly inForce: ModelInForce
  readonly incoming: IncomingArchive
  readonly shelf: ModelShelf
  /** What orders must be signed with the other half of. */
  readonly key: KeyObject
  /** Of an archive. */
  readonly maxBytes: number
  /** PEM of the authority of HTTPS servers, read anew for each download; undefined: those that Node trusts. */
  readonly ca: () => string | undefined
  readonly clock: Clock
  readonly log: Logger
  readonly download?: FetchDeps['download']
}

/** How far a delivery is. */
export type IntakeAnswer = 'in_force' | { readonly offset: number; readonly chunkBytes: number }

/** A model that is being fetched or installed, and how many wait for it. */
interface Work {
  readonly sha256: string
  readonly done: Promise<IntakeAnswer>
  waiting: number
}

/** Receives models, by chunks or from a server, and has them put in force. docs/model-delivery.md is its contract. */
export class ModelIntake {
  readonly #options: ModelIntakeOptions
  readonly #writes: RateLimit
  readonly #closing = new AbortController()
  #work: Work | undefined

  constructor(options: ModelIntakeOptions) {
    this.#options = options
    const { incoming, key, maxBytes } = options
    this.#writes = new RateLimit(ARCHIVES_AT_ONCE * Math.ceil(maxBytes / CHUNK_BYTES), CHUNKS_PER_S)
    const { order } = incoming
    if (order === undefined) return
    const isInForce = options.inForce.order?.sha256 === order.sha256
    // Installed just before the process died, or begun under another configuration.
    if (isInForce || order.size > maxBytes || !isOrderSigned(key, order)) incoming.drop()
  }

  /**
   * Begins a delivery, or goes on with it: by chunks, or from `url`, and then the answer comes when it is over.
   *
   * @param body `order`, and perhaps `url`; hostile
   * @throws {ModelError} why the model is refused; docs/model-delivery.md lists them
   */
  async install(body: JsonObject): Promise<IntakeAnswer> {
    let answer: IntakeAnswer | Promise<IntakeAnswer>
    try {
      answer = this.#begun(body)
    } catch (error) {
      this.#logRefusal(error)
      throw error
    }
    return answer
  }

  /** What is thrown here is not logged yet; what the work that begins is rejected with is. */
  #begun(body: JsonObject): IntakeAnswer | Promise<IntakeAnswer> {
    const { key, maxBytes, shelf, incoming, inForce } = this.#options
    const order = parseOrder(body['order'])
    checkOrder(key, order)
    const url = body['url'] === undefined ? undefined : parseArchiveUrl(body['url'])
    if (order.size > maxBytes) {
      const text = `the archive of model ${order.id} has ${order.size} bytes, classify.model_max_mb allows ${maxBytes}`
      throw new ModelError('MODEL_TOO_LARGE', text)
    }
    if (inForce.order?.sha256 === order.sha256) return 'in_force'
    if (this.#work?.sha256 === order.sha256) return this.#joined(this.#work)
    this.#refuseWhileBusy()
    const here = incoming.order?.sha256 === order.sha256 ? incoming.offset : 0
    shelf.checkRoom(order.size - here)
    incoming.begin(order)
    if (url !== undefined) return this.#working(order, () => this.#fetch(order, url))
    return incoming.offset === order.size ? this.#working(order, () => this.#finish(order)) : this.#soFar
  }

  /**
   * Takes a piece; with the last one the answer comes when the model is in force.
   *
   * @param body `sha256`, `offset`, `data`; hostile
   * @throws {ModelError} MODEL_CHUNK, MODEL_NO_DELIVERY, and why the model is refused
   * @throws {PublishError} REQUEST_TOO_MANY
   */
  async chunk(body: JsonObject): Promise<IntakeAnswer> {
    const { incoming, inForce } = this.#options
    const { sha256, offset, bytes } = parseChunk(body)
    if (inForce.order?.sha256 === sha256) return 'in_force'
    if (this.#work?.sha256 === sha256) return this.#joined(this.#work)
    this.#refuseWhileBusy()
    const { order } = incoming
    if (order?.sha256 !== sha256) {
      throw new ModelError(
        'MODEL_NO_DELIVERY',
        'no archive of this sha256 is being received; send model/install first',
      )
    }
    // It has come before, and its answer was lost.
    if (offset + bytes.length <= incoming.offset) return this.#soFar
    const wanted = Math.min(CHUNK_BYTES, order.size - incoming.offset)
    if (offset !== incoming.offset || bytes.length !== wanted) {
      const text = `${bytes.length} bytes at ${offset} are not what comes next: ${wanted} at ${incoming.offset}`
      throw new ModelError('MODEL_CHUNK', text)
    }
    this.#take(bytes)
    return incoming.offset === order.size ? this.#working(order, () => this.#finish(order)) : this.#soFar
  }

  /** What has arrived stays for the next start. */
  close(): void {
    this.#closing.abort()
  }

  get #soFar(): IntakeAnswer {
    return { offset: this.#options.incoming.offset, chunkBytes: CHUNK_BYTES }
  }

  /** Whoever asks meanwhile waits for the same. */
  #working(order: ModelOrder, work: () => Promise<void>): Promise<IntakeAnswer> {
    const done = work()
      .then((): IntakeAnswer => 'in_force')
      .catch((error: unknown) => {
        this.#logRefusal(error, { model: order.id })
        throw error
      })
      .finally(() => (this.#work = undefined))
    this.#work = { sha256: order.sha256, done, waiting: 1 }
    return done
  }

  #logRefusal(error: unknown, fields: object = {}): void {
    this.#options.log.warn({ code: codeOf(error), ...fields }, `a model is refused: ${reasonOf(error)}`)
  }

  /** @throws {ModelError} MODEL_BUSY */
  #joined(work: Work): Promise<IntakeAnswer> {
    if (work.waiting >= MAX_WAITING) {
      throw new ModelError(
        'MODEL_BUSY',
        'this model is being fetched or installed, and enough wait for it; ask later',
      )
    }
    work.waiting += 1
    return work.done
  }

  async #fetch(order: ModelOrder, url: URL): Promise<void> {
    const { incoming, ca, clock, log, download } = this.#options
    const { signal } = this.#closing
    const take = (bytes: Uint8Array): void => this.#take(bytes)
    const fetch = { url, size: order.size, ca: ca(), take, offset: () => incoming.offset }
    await fetchArchive(fetch, { clock, log, signal, ...(download && { download }) })
    await this.#finish(order)
  }

  /** All of it is here. */
  async #finish(order: ModelOrder): Promise<void> {
    const { incoming, shelf, inForce } = this.#options
    try {
      const files = await unpackModel(await incoming.read())
      shelf.checkRoom([...files.values()].reduce((sum, { length }) => sum + length, 0))
      const model = await shelf.place(order, files, (directory) => inForce.examine(directory, order))
      if (this.#closing.signal.aborted) {
        throw new ModelError('MODEL_BUSY', 'the device is ending; send model/install again')
      }
      inForce.activate(order, model)
    } catch (error) {
      const isOver =
        error instanceof AffectdError && !OF_THE_DISK.includes(error.code) && error.code !== 'MODEL_BUSY'
      if (isOver) incoming.drop()
      throw error
    }
    incoming.drop()
  }

  /** @throws {PublishError} REQUEST_TOO_MANY; {ModelError} as `IncomingArchive.append` */
  #take(bytes: Uint8Array): void {
    const { clock, incoming } = this.#options
    if (!this.#writes.take(clock.monotonicMs())) {
      throw new PublishError(
        'REQUEST_TOO_MANY',
        'more of models came than the card is to be written: wait some minutes',
      )
    }
    incoming.append(bytes)
  }

  /** @throws {ModelError} MODEL_BUSY */
  #refuseWhileBusy(): void {
    const { inForce } = this.#options
    if (this.#work !== undefined) {
      throw new ModelError('MODEL_BUSY', 'another model is being fetched or installed; wait for it')
    }
    if (inForce.isOnTrial) {
      throw new ModelError(
        'MODEL_BUSY',
        `model ${inForce.order?.id} is on trial; wait until that is over, or send model/rollback`,
      )
    }
  }
}
