import t from 'tap'
import { CONFIG_KEYS } from '../../src/config/config.js'
import { configJsonSchema } from '../../src/config/json-schema.js'
import { CONFIG_SCHEMA } from '../../src/config/schema.js'

interface Node {
  readonly type?: string
  readonly additionalProperties?: boolean
  readonly properties?: Readonly<Record<string, Node>>
  readonly [name: string]: unknown
}

const schema = configJsonSchema(CONFIG_SCHEMA) as Node

t.test('the schema is of draft 2020-12 and allows nothing that it does not name', async (t) => {
  t.equal(schema['$schema'], 'https://json-schema.org/draft/2020-12/schema')
  t.equal(schema.additionalProperties, false)
  const { config_version: version, ...groups } = schema.properties ?? {}
  t.match(version, { type: 'integer', minimum: 1, default: 1 })
  for (const [name, group] of Object.entries(groups)) {
    t.equal(group.additionalProperties, false, name)
  }
})

t.test('the schema names every key with its doc, variable and bounds', async (t) => {
  for (const [key, spec] of CONFIG_KEYS) {
    const node = key.split('.').reduce<Node | undefined>((at, name) => at?.properties?.[name], schema)
    t.match(node?.['description'], spec.doc, key)
    t.match(node, spec.format.jsonSchema, key)
    t.equal(node?.['x-env'], `AFFECTD_${key.toUpperCase().replaceAll('.', '_')}`)
  }
})

t.test('patterns of the schema compile as ECMA-262 wants them, with the u flag', async (t) => {
  for (const [key, spec] of CONFIG_KEYS) {
    const { pattern } = spec.format.jsonSchema
    if (typeof pattern === 'string') t.doesNotThrow(() => new RegExp(pattern, 'u'), key)
  }
})

t.test('defaults that depend on the machine are said in words', async (t) => {
  const id = schema.properties?.['device']?.properties?.['id']
  t.equal(id?.['default'], undefined)
  t.match(id?.['description'], "the host's name")
})
