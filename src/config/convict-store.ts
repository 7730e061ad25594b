import convict from 'convict'
import {
  defaultOf,
  environmentName,
  isKeySpec,
  type KeySpec,
  type Machine,
  type SchemaTree,
} from './key-spec.js'

/** Where layers of configuration are laid over each other. */
export interface ConfigStore {
  /** @param key a key of the schema, dotted; `value` was accepted by its format */
  set(key: string, value: unknown): void
  /** The whole as a plain object of its own, after convict has checked it against its schema once more. */
  validated(): unknown
}

/** A convict store with every key at its default. Reads neither the environment nor the command line by itself. */
export function createConfigStore(schema: SchemaTree, machine: Machine): ConfigStore {
  // convict turns strings into numbers leniently ('12abc' is 12 to it): text is parsed and checked before it gets here.
  const store = convict<Record<string, unknown>>(toConvict(schema, machine), { env: {}, args: [] })
  return {
    set: (key, value) => void store.set(key, value),
    validated: () => store.validate({ allowed: 'strict' }).getProperties(),
  }
}

function toConvict(tree: SchemaTree, machine: Machine, prefix = ''): convict.Schema<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(tree).map(([name, node]) => [
      name,
      isKeySpec(node)
        ? toProperty(prefix + name, node, machine)
        : toConvict(node, machine, `${prefix}${name}.`),
    ]),
  )
}

function toProperty(key: string, spec: KeySpec, machine: Machine): convict.SchemaObj<unknown> {
  return {
    doc: spec.doc,
    default: defaultOf(spec, machine),
    env: environmentName(key),
    sensitive: spec.sensitive ?? false,
    format(value: unknown): void {
      if (!spec.format.accepts(value)) throw new TypeError(`must be ${spec.format.allowed}`)
    },
    remote: spec.remote,
    restart: spec.restart,
  }
}
