import { readFileSync } from 'node:fs'
import { compileFunction } from 'node:vm'
import t from 'tap'
import { GARBAGE } from '../support/pretended-device.js'
import { recipeFile } from '../support/recipe-process.js'
import { sampleMessages } from '../support/sample-messages.js'

interface FlowNode {
  readonly id: string
  readonly type: string
  readonly z?: string
  readonly name?: string
  readonly topic?: string
  readonly broker?: string
  readonly qos?: string
  readonly datatype?: string
  readonly outputs?: number
  readonly func?: string
  readonly wires?: readonly (readonly string[])[]
}
interface Msg {
  readonly topic: string
  readonly payload: unknown
}

const flow = JSON.parse(readFileSync(recipeFile('node-red/flow.json'), 'utf8')) as readonly FlowNode[]
const samples = sampleMessages()

/** The node's code as Node-RED calls it: with `msg`, `node` and a `context` that lasts. */
function functionNode(name: string): (msg: Msg) => unknown {
  const { func = '' } = flow.find((node) => node.name === name) ?? {}
  const code = compileFunction(func, ['msg', 'node', 'context'])
  const kept = new Map<string, unknown>()
  const context = {
    get: (key: string) => kept.get(key),
    set: (key: string, value: unknown) => void kept.set(key, value),
  }
  return (msg) => code(msg, { status: () => undefined }, context) as unknown
}

t.test('the flow holds together', (t) => {
  const ids = flow.map(({ id }) => id)
  t.equal(new Set(ids).size, ids.length)
  for (const { type, z, broker, wires, outputs, qos, datatype, topic } of flow) {
    if (type !== 'tab' && type !== 'mqtt-broker') t.ok(flow.some((tab) => tab.type === 'tab' && tab.id === z))
    if (broker !== undefined && type.startsWith('mqtt ')) {
      t.ok(flow.some((node) => node.type === 'mqtt-broker' && node.id === broker))
      t.equal(qos, '1')
    }
    if (type === 'mqtt in') {
      t.equal(datatype, 'utf8', 'what is no JSON reaches the function, which drops it')
      const heard = new RegExp(`^${topic?.replaceAll('+', '[^/]+')}$`)
      t.ok(Object.values(samples).some((sample) => heard.test(sample.topic)))
    }
    if (outputs !== undefined) t.equal(wires?.length, outputs)
    for (const target of wires?.flat() ?? []) t.ok(ids.includes(target))
  }
  t.end()
})

t.test('changes of alerts leave by the output of their kind, each once', (t) => {
  const changes = functionNode('changes of alerts')
  const { topic, payload } = samples['alert']!
  const over = { ...(JSON.parse(payload) as object), active: false, id: '2' }
  const raisedText = 'bus-12: fatigue since 2026-11-21T07:59:57.000Z'
  t.match(changes({ topic, payload }), [{ topic: 'bus-12', payload: raisedText }, null])
  t.equal(changes({ topic, payload }), null, 'a repeat')
  t.match(changes({ topic, payload: JSON.stringify(over) }), [null, { payload: 'bus-12: fatigue is over' }])
  t.equal(changes({ topic, payload }), null, 'a repeat that comes after what followed it')
  for (const garbage of GARBAGE) t.equal(changes({ topic, payload: String(garbage) }), null)
  t.equal(changes({ topic: `long/prefix/${topic}`, payload }), null)
  t.end()
})

t.test('decisions go on unless the device abstained, each once', (t) => {
  const decisions = functionNode('decisions that stand')
  const { topic, payload } = samples['emotion']!
  const abstained = JSON.stringify({ ...(JSON.parse(payload) as object), abstained: true, id: '2' })
  t.equal(decisions({ topic, payload: abstained }), null)
  t.match(decisions({ topic, payload }), { topic: 'bus-12', payload: { label: 'angry', confidence: 0.81 } })
  t.equal(decisions({ topic, payload }), null, 'a repeat')
  for (const garbage of GARBAGE) t.equal(decisions({ topic, payload: String(garbage) }), null)
  t.end()
})
