import { execFileSync } from 'node:child_process'
import t from 'tap'
import { sampleDiscovery, sampleMessages } from '../support/sample-messages.js'
import { pythonWith } from '../support/python-with.js'
import { skipUnlessPart } from '../support/require-part.js'

const PYTHON = pythonWith('jinja2')

/** Renders as Home Assistant does: sandboxed, errors of undefined values included, its `to_json` as a filter. */
const RENDER = `
import json, sys
from jinja2 import StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment
jobs = json.load(sys.stdin)
out = []
for strict in (False, True):
    env = ImmutableSandboxedEnvironment(undefined=StrictUndefined) if strict else ImmutableSandboxedEnvironment()
    env.filters['to_json'] = json.dumps
    for template, value in jobs:
        try:
            out.append(env.from_string(template).render(value_json=value, value=json.dumps(value)))
        except Exception as error:
            out.append('ERROR ' + str(error))
print(json.dumps([out[:len(jobs)], out[len(jobs):]]))
`

interface Component {
  readonly state_topic: string
  readonly value_template: string
}
interface Discovery {
  readonly availability: readonly { readonly value_template: string }[]
  readonly components: Readonly<Record<string, Component>>
}

const { components, availability } = JSON.parse(sampleDiscovery(['anger']).payload) as Discovery

/** @returns what Home Assistant's undefined makes of each, and what a strict one does */
function render(
  jobs: readonly (readonly [string, unknown])[],
): readonly [readonly string[], readonly string[]] {
  const text = execFileSync(PYTHON ?? 'python3', ['-c', RENDER], {
    input: JSON.stringify(jobs),
    encoding: 'utf8',
  })
  return JSON.parse(text) as [string[], string[]]
}

function payloadOf(topic: string): Readonly<Record<string, unknown>> {
  const message = Object.values(sampleMessages()).find((one) => one.topic === topic)
  if (message !== undefined) return JSON.parse(message.payload) as Record<string, unknown>
  if (topic.endsWith('/config/reported')) return { revision: 7 }
  if (topic.endsWith('/alert/anger')) return { kind: 'anger', active: true }
  throw new Error(`no sample of ${topic}`)
}

const needsJinja = skipUnlessPart('python3-jinja2', PYTHON !== undefined)

t.test('every template makes of a real payload what the entity shows', needsJinja, async (t) => {
  const keys = Object.keys(components)
  const jobs = Object.values(components).map(
    (component) => [component.value_template, payloadOf(component.state_topic)] as const,
  )
  const [shown, strict] = render(jobs)
  t.same(shown, strict, 'and touches no field that a payload lacks')
  const { decision, ...others } = Object.fromEntries(keys.map((key, i) => [key, shown[i] as string]))
  t.same(others, {
    emotion: 'calm',
    confidence: '75.0',
    arousal: '-0.25',
    valence: '0.5',
    level: '-23.4',
    speech_ratio: '12.3',
    speaking: 'ON',
    alert_anger: 'ON',
    listening: 'OFF',
    status_reason: 'capture_lost',
    capture_state: 'healthy',
    capture_drops: '2',
    outbox_depth: '3',
    outbox_dropped: '1',
    reconnects: '4',
    cpu: '12.3',
    rss: '80.1',
    uptime: '61',
    config_revision: '7',
  })
  t.match(JSON.parse(decision ?? ''), {
    event_type: 'angry',
    confidence: 0.81,
    probabilities: { neutral: 0.05, angry: 0.81 },
    window: { duration_ms: 3000 },
    seq: 41,
  })
})

t.test('a decision that the device abstained from triggers nothing', needsJinja, async (t) => {
  const decision = components['decision'] as Component
  const [[abstained]] = render([
    [decision.value_template, { ...payloadOf(decision.state_topic), abstained: true }],
  ])
  t.equal(abstained, '')
})

t.test(
  'a payload without the fields, as of another version, gives "unknown" and no error',
  needsJinja,
  async (t) => {
    const keys = Object.keys(components).filter((key) => key !== 'decision' && key !== 'status_reason')
    const [shown] = render(keys.map((key) => [(components[key] as Component).value_template, {}]))
    t.same(new Set(shown), new Set(['None']))
    const [[decision, reason]] = render([
      [(components['decision'] as Component).value_template, {}],
      [(components['status_reason'] as Component).value_template, { reason: null }],
    ])
    t.equal(decision, '', 'and no event')
    t.equal(reason, 'none')
  },
)

t.test('online and degraded are available, offline is not', needsJinja, async (t) => {
  const template = availability[0]?.value_template ?? ''
  const [shown] = render(['online', 'degraded', 'offline', undefined].map((state) => [template, { state }]))
  t.same(shown, ['online', 'online', 'offline', 'offline'])
})
