import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import t from 'tap'
import { parse } from 'yaml'
import { pythonWith } from '../support/python-with.js'
import { recipeFile } from '../support/recipe-process.js'
import { skipUnlessPart } from '../support/require-part.js'
import { sampleDiscovery, sampleMessages } from '../support/sample-messages.js'

interface Step {
  readonly action?: string
  readonly trigger?: string
  readonly condition?: string
  readonly entity_id?: string
  readonly target?: { readonly entity_id: string }
  readonly from?: unknown
  readonly to?: unknown
  readonly state?: unknown
  readonly data?: Readonly<Record<string, unknown>>
}
interface Automation {
  readonly id: string
  readonly alias: string
  readonly triggers: readonly Step[]
  readonly conditions?: readonly (Step | string)[]
  readonly actions: readonly Step[]
}

// Home Assistant reads YAML 1.1, in which a bare `on` is true.
const file = parse(readFileSync(recipeFile('home-assistant/affectd.yaml'), 'utf8'), { version: '1.1' }) as {
  readonly automation: readonly Automation[]
  readonly input_boolean: Readonly<Record<string, object>>
}
const automations = file.automation

/** What the device's discovery makes, as Home Assistant names it: `<platform>.<device>_<name>`. */
const { components } = JSON.parse(sampleDiscovery(['anger', 'fatigue']).payload) as {
  readonly components: Readonly<
    Record<string, { readonly platform: string; readonly name: string; readonly options?: readonly string[] }>
  >
}
const entities = new Map(
  Object.values(components).map((component) => [
    `${component.platform}.living_room_${component.name.toLowerCase().replaceAll(' ', '_')}`,
    component,
  ]),
)
/** The user's own, as the head of the file says. */
const OWN = ['light.living_room', 'scene.evening']

function steps({ triggers, conditions = [], actions }: Automation): readonly Step[] {
  return [...triggers, ...conditions.filter((one) => typeof one !== 'string'), ...actions] as readonly Step[]
}

t.test('every entity is one that the discovery makes, the file makes, or the user has', (t) => {
  const known = [
    ...entities.keys(),
    ...Object.keys(file.input_boolean).map((name) => `input_boolean.${name}`),
    ...OWN,
  ]
  const used = automations
    .flatMap(steps)
    .map(({ entity_id, target }) => entity_id ?? target?.entity_id)
    .filter((id) => id !== undefined)
  for (const id of used) t.ok(known.includes(id), id)
  const text = readFileSync(recipeFile('home-assistant/affectd.yaml'), 'utf8')
  for (const [id] of text.matchAll(
    /\b(sensor|binary_sensor|switch|event|input_boolean)\.(?!turn_)[a-z0-9_]+/g,
  )) {
    t.ok(known.includes(id), id)
  }
  for (const id of OWN) t.ok(text.split('\n')[1]?.includes(id), `${id} is named at the head`)
  t.equal(new Set(automations.map(({ id }) => id)).size, automations.length)
  t.end()
})

t.test('triggers wait for states that their entity has', (t) => {
  for (const step of automations.flatMap(steps)) {
    const states = [step.from, step.to, step.state].flat().filter((state) => state !== undefined)
    const options = entities.get(step.entity_id ?? '')?.options ?? ['on', 'off']
    for (const state of states) t.ok(options.includes(state as string), `${step.entity_id}: ${String(state)}`)
  }
  t.end()
})

/** @returns each template rendered with its variables as Home Assistant would, an undefined value being an error */
function render(python: string, jobs: readonly (readonly [string, object])[]): readonly string[] {
  const code = `
import json, sys
from jinja2 import StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment
env = ImmutableSandboxedEnvironment(undefined=StrictUndefined)
def rendered(template, variables):
    env.globals['is_state'] = lambda entity, state: variables['states'][entity] == state
    return env.from_string(template).render(trigger=variables['trigger'])
print(json.dumps([rendered(*job) for job in json.load(sys.stdin)]))
`
  const text = execFileSync(python, ['-c', code], { input: JSON.stringify(jobs), encoding: 'utf8' })
  return JSON.parse(text) as string[]
}

const PYTHON = pythonWith('jinja2')

t.test(
  'templates render what the attributes hold',
  skipUnlessPart('python3-jinja2', PYTHON !== undefined),
  (t) => {
    const of = (id: string): Automation => automations.find((one) => one.id === id) as Automation
    const python = PYTHON ?? 'python3'
    const samples = sampleMessages()
    const attributesOf = (name: string) => JSON.parse(samples[name]!.payload) as Record<string, unknown>
    const about = (attributes: object, guests = 'on') => ({
      trigger: { to_state: { attributes } },
      states: { 'input_boolean.guests': guests },
    })
    const message = String(of('affectd_anger_raised').actions[1]?.data?.['message'])
    // The event entity's type and what else its template gives.
    const { abstained: _, ...decision } = attributesOf('emotion')
    const fear = { ...decision, event_type: 'fearful', confidence: 0.9 }
    const [isFear = '', isClear = ''] = of('affectd_strong_fear').conditions as readonly string[]
    const action = String(of('affectd_guests').actions[0]?.action)
    const shown = render(python, [
      [message, about(attributesOf('alert'))],
      [message, about({})],
      [isFear, about(fear)],
      [isClear, about(fear)],
      [isFear, about({ ...fear, event_type: 'angry' })],
      [isClear, about({ ...fear, confidence: 0.7 })],
      [action, about({}, 'on')],
      [action, about({}, 'off')],
    ])
    t.match(shown[0], /^Since 07:59 UTC, score 0.712\. This is/)
    t.match(shown[1], /^Since {2}UTC, score \?/)
    t.same(shown.slice(2), ['True', 'True', 'False', 'False', 'switch.turn_off', 'switch.turn_on'])
    t.end()
  },
)
