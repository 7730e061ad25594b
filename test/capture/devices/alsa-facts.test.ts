import { join } from 'node:path'
import t from 'tap'
import { readAlsaFacts } from '../../../src/capture/devices/alsa-facts.js'
import { sampleMachine } from './sample-machine.js'

t.test('what the kernel and arecord say comes together', async (t) => {
  const { facts, gaps } = await readAlsaFacts(undefined, sampleMachine(t))
  t.same(gaps, [])
  t.equal(facts.cards.length, 3)
  t.equal(facts.hints.length, 8)
  t.ok(facts.hasArecord)
  t.same([...facts.formats.keys()], ['1,0'])
  t.same([...facts.usbPaths], [[1, 'usb-0000:01:00.0-1.4']])
  t.same([...facts.closed], [])
})

t.test('a missing arecord is said, and the cards are there all the same', async (t) => {
  const { facts, gaps } = await readAlsaFacts(undefined, sampleMachine(t, { arecord: null }))
  t.match(gaps, [{ kind: 'no_arecord', text: /install alsa-utils/ }])
  t.match(facts, { hasArecord: false, hints: [] })
  t.equal(facts.pcms.length, 2)
})

t.test('an arecord that fails is said with its last word, and can still open a card', async (t) => {
  const arecord = 'echo first >&2; echo "arecord: \x1b[31mno luck" >&2; exit 1'
  const { facts, gaps } = await readAlsaFacts(undefined, sampleMachine(t, { arecord }))
  t.match(gaps, [{ kind: 'no_arecord', text: /failed \(arecord: \[31mno luck\)/ }])
  t.ok(facts.hasArecord)
})

t.test('an arecord that hangs ends with the signal', async (t) => {
  const started = performance.now()
  const { gaps } = await readAlsaFacts(
    AbortSignal.timeout(50),
    sampleMachine(t, { arecord: 'exec sleep 600' }),
  )
  t.match(gaps, [{ kind: 'no_arecord' }])
  t.ok(performance.now() - started < 4000)
})

t.test('an arecord that never stops printing is cut off', async (t) => {
  const { facts, gaps } = await readAlsaFacts(undefined, sampleMachine(t, { arecord: 'exec yes microphone' }))
  t.match(gaps, [{ kind: 'no_arecord', text: /MAXBUFFER/ }])
  t.same(facts.hints, [])
})

t.test('no card at all, and none that records, are told apart', async (t) => {
  const none = { cards: '--- no soundcards ---\n', pcms: '' }
  t.match((await readAlsaFacts(undefined, sampleMachine(t, none))).gaps, [
    { kind: 'no_sound_card', text: /the kernel knows no sound card/ },
  ])
  const playsOnly = '00-00: bcm2835 Headphones : bcm2835 Headphones : playback 8\n'
  t.match((await readAlsaFacts(undefined, sampleMachine(t, { pcms: playsOnly }))).gaps, [
    { kind: 'no_sound_card', text: /no sound card can record \(bcm2835 Headphones; USB PnP/ },
  ])
})

t.test('a device node that is missing is said', async (t) => {
  const { facts, gaps } = await readAlsaFacts(undefined, sampleMachine(t, { nodes: ['pcmC2D0c'] }))
  t.match(gaps, [{ kind: 'no_device_node', text: /pcmC1D0c is missing: in a container, pass/ }])
  t.same([...facts.closed], ['1,0'])
})

t.test('a device node that may not be opened names the group', async (t) => {
  const refusalOf = async (path: string) => (path.endsWith('pcmC1D0c') ? 'EACCES' : null)
  const { facts, gaps } = await readAlsaFacts(undefined, { ...sampleMachine(t), refusalOf })
  t.match(gaps, [
    { kind: 'no_permission', text: /pcmC1D0c may not be opened \(EACCES\): add .* group audio/ },
  ])
  t.same([...facts.closed], ['1,0'])
})

t.test('a machine without any of it has nothing', async (t) => {
  const nowhere = join(t.testdir(), 'nowhere')
  const { facts, gaps } = await readAlsaFacts(undefined, {
    command: join(nowhere, 'arecord'),
    procFolder: nowhere,
    sysFolder: nowhere,
    deviceFolder: nowhere,
  })
  t.match(facts, { cards: [], pcms: [], hints: [] })
  t.same(
    gaps.map(({ kind }) => kind),
    ['no_arecord', 'no_sound_card'],
  )
})
