import { CONFIG_VERSION, VERSION_KEY } from './migrations/config-version.js'
import { isKeySpec, environmentName, type KeySpec, type SchemaTree } from './key-spec.js'

type JsonSchema = Readonly<Record<string, unknown>>

/** JSON Schema (draft 2020-12) of a configuration file. What affectd adds is under `x-` names. */
export function configJsonSchema(schema: SchemaTree): JsonSchema {
  const { properties, ...rest } = group(schema, '')
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'affectd configuration',
    ...rest,
    properties: { [VERSION_KEY]: VERSION, ...(properties as JsonSchema) },
  }
}

const VERSION: JsonSchema = {
  description:
    'Version of the names in this file. Without one it is read as version 1; older names are understood, newer versions refused.',
  type: 'integer',
  minimum: 1,
  maximum: CONFIG_VERSION,
  default: 1,
}

function group(tree: SchemaTree, prefix: string): JsonSchema {
  const properties = Object.entries(tree).map(([name, node]) => [
    name,
    isKeySpec(node) ? property(prefix + name, node) : group(node, `${prefix}${name}.`),
  ])
  return {
    type: 'object',
    additionalProperties: false,
    properties: Object.fromEntries(properties) as JsonSchema,
  }
}

function property(key: string, spec: KeySpec): JsonSchema {
  return {
    description: spec.defaultDoc === undefined ? spec.doc : `${spec.doc} Default: ${spec.defaultDoc}.`,
    ...spec.format.jsonSchema,
    // A default that depends on the machine is nobody else's.
    ...(typeof spec.default === 'function' ? {} : { default: spec.default }),
    ...(spec.sensitive === true ? { writeOnly: true } : {}),
    'x-env': environmentName(key),
    'x-remote': spec.remote,
    'x-restart': spec.restart,
  }
}
