import { readdirSync, readFileSync } from 'node:fs'
import { Ajv } from 'ajv'
import addFormats from 'ajv-formats'
import { parse } from 'yaml'

const DOCS = new URL('../../docs/', import.meta.url)
/** Parameters that may hold more than one level of a topic. */
const MANY_LEVELS: readonly string[] = ['prefix', 'discoveryPrefix', 'verb']

interface Reference {
  readonly $ref: string
}

export interface ChannelObject {
  readonly address: string
  readonly 'x-reserved'?: boolean
  readonly messages: Readonly<Record<string, Reference>>
}

export interface OperationObject {
  readonly action: 'send' | 'receive'
  readonly channel: Reference
  readonly reply?: { readonly channel: Reference }
  readonly bindings: { readonly mqtt: { readonly qos: 0 | 1; readonly retain: boolean } }
  readonly 'x-reserved'?: boolean
}

interface MessageObject {
  readonly contentType?: string
  readonly payload: Readonly<Record<string, unknown>>
  readonly examples?: readonly { readonly payload: unknown }[]
}

export interface AsyncApiDocument {
  readonly asyncapi: string
  readonly channels: Readonly<Record<string, ChannelObject>>
  readonly operations: Readonly<Record<string, OperationObject>>
  readonly components: { readonly messages: Readonly<Record<string, MessageObject>> }
}

/** docs/asyncapi.yaml as it stands, and what it says of a message. */
export class AsyncApi {
  readonly document = parse(readFileSync(new URL('asyncapi.yaml', DOCS), 'utf8')) as AsyncApiDocument
  readonly #ajv = new Ajv({ allErrors: true, strict: true, allowUnionTypes: true })

  constructor() {
    addFormats.default(this.#ajv)
    for (const name of schemaFiles()) {
      // References between files are relative: the key of each is its name.
      this.#ajv.addSchema(JSON.parse(readFileSync(new URL(`schemas/${name}`, DOCS), 'utf8')) as object, name)
    }
  }

  /** Name of the channel of a topic: of several that fit, that whose address says most of it. */
  channelOf(topic: string): string | undefined {
    return Object.entries(this.document.channels)
      .filter(([, { address }]) => patternOf(address).test(topic))
      .sort(([, a], [, b]) => vagueness(a.address) - vagueness(b.address))[0]?.[0]
  }

  /** The operation that sends or receives on a channel. */
  operationOf(channel: string): OperationObject {
    const uses = Object.values(this.document.operations)
    const operation =
      uses.find(({ channel: own }) => nameIn(own) === channel) ??
      uses.find(({ reply }) => reply !== undefined && nameIn(reply.channel) === channel)
    if (operation === undefined) throw new Error(`no operation uses the channel ${channel}`)
    return operation
  }

  /** @returns what is wrong with a payload on a channel, or null */
  complaint(channel: string, payload: string): string | null {
    const message = this.messageOf(channel)
    const { $ref: file } = message.payload as Partial<Reference>
    const validate =
      file === undefined ? this.#ajv.compile(message.payload) : this.#ajv.getSchema(fileName(file))
    if (validate === undefined) throw new Error(`${channel} refers to a schema that there is not: ${file}`)
    const value: unknown = message.contentType === 'text/plain' ? payload : JSON.parse(payload)
    return validate(value) === true ? null : this.#ajv.errorsText(validate.errors)
  }

  messageOf(channel: string): MessageObject {
    const [name] = Object.keys(this.document.channels[channel]?.messages ?? {})
    const message = this.document.components.messages[name ?? '']
    if (message === undefined) throw new Error(`the channel ${channel} has no message`)
    return message
  }
}

export function schemaFiles(): readonly string[] {
  return readdirSync(new URL('schemas/', DOCS))
}

/** `#/channels/status` → `status` */
export function nameIn({ $ref }: Reference): string {
  return $ref.slice($ref.lastIndexOf('/') + 1)
}

export function fileName(reference: string): string {
  return reference.slice(reference.lastIndexOf('/') + 1)
}

/** The topic of an address, with each parameter replaced. */
export function topicOf(address: string, parameters: Readonly<Record<string, string>>): string {
  return address.replaceAll(/\{(\w+)\}/g, (whole, name: string) => parameters[name] ?? whole)
}

function patternOf(address: string): RegExp {
  const levels = address
    .split(/(\{\w+\})/)
    .map((part) => (part.startsWith('{') ? (MANY_LEVELS.includes(part.slice(1, -1)) ? '.+' : '[^/]+') : part))
  return new RegExp(`^${levels.join('')}$`)
}

/** Few levels first of all, then many parameters: each may stand for anything. */
function vagueness(address: string): number {
  const levels = address.split('/').length
  const parameters = address.split('{').length - 1
  return parameters - 100 * levels
}
