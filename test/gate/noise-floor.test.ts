import t from 'tap'
import { NoiseFloor } from '../../src/gate/noise-floor.js'

const FRAMES_OF_TWO_SECONDS = 100

function pushTimes(floor: NoiseFloor, power: number, frames: number): void {
  for (let i = 0; i < frames; i++) floor.push([power])
}

t.test('the floor is known from the first frame on', async (t) => {
  const floor = new NoiseFloor(1, 0.8, 2)
  t.equal(floor.power[0], Infinity)
  floor.push([0.5])
  t.equal(floor.power[0], 1)
})

t.test('the floor falls at once and rises only after two seconds', async (t) => {
  const floor = new NoiseFloor(1, 0.8, 1)
  pushTimes(floor, 0.01, 50)
  pushTimes(floor, 1, FRAMES_OF_TWO_SECONDS - 30)
  t.ok((floor.power[0] as number) < 0.011, 'speech of 1.4 s does not lift it')
  pushTimes(floor, 1, 60)
  t.ok((floor.power[0] as number) > 0.9, 'a background that has grown does')
  pushTimes(floor, 0.01, 30)
  t.ok((floor.power[0] as number) < 0.02)
})

t.test('channels do not mix', async (t) => {
  const floor = new NoiseFloor(2, 0.8, 1)
  for (let i = 0; i < 300; i++) floor.push([1, i % 2])
  t.equal(floor.power[0], 1)
  t.ok((floor.power[1] as number) < 0.5)
})

t.test('reset forgets', async (t) => {
  const floor = new NoiseFloor(1, 0.8, 1)
  floor.push([1e-6])
  floor.reset()
  floor.push([0.25])
  t.equal(floor.power[0], 0.25)
})
