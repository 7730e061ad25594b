import t from 'tap'
import { SoakAudio } from '../../../bench/src/soak/soak-audio.js'
import { SAMPLE_RATE_HZ } from '../../../src/units.js'

function rms(samples: Int16Array): number {
  return Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length)
}

t.test('the same seed gives the same audio, another seed another', async (t) => {
  const heard = (seed: number): string => {
    const [audio, second] = [new SoakAudio(seed), new Int16Array(SAMPLE_RATE_HZ)]
    const all: number[] = []
    for (let n = 0; n < 60; n++) {
      audio.nextSecondInto(second)
      all.push(second[n * 100]!, second[15_999 - n]!)
    }
    return all.join()
  }
  t.equal(heard(1), heard(1))
  t.not(heard(1), heard(2))
})

t.test('a day holds speech, pauses, noise and silence', async (t) => {
  const [audio, second] = [new SoakAudio(3), new Int16Array(160)]
  for (let n = 0; n < 20_000; n++) audio.nextSecondInto(second)
  const { speech, pause, noise, silence } = audio.seconds
  t.equal(speech + pause + noise + silence, 20_000)
  for (const seconds of [speech, pause, noise, silence]) t.ok(seconds > 100, `${seconds} s`)
  t.ok(speech > 5000 && pause > 5000)
})

t.test('one kind alone may be had: a room is quiet, noise is loud', async (t) => {
  const second = new Int16Array(SAMPLE_RATE_HZ)
  const levels = (['silence', 'pause', 'noise'] as const).map((kind) => {
    new SoakAudio(1, kind).nextSecondInto(second)
    return rms(second)
  })
  t.equal(levels[0], 0)
  t.ok(levels[1]! > 1 && levels[1]! < 120, `${levels[1]}`)
  t.ok(levels[2]! > 200, `${levels[2]}`)
})
