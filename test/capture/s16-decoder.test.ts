import fc from 'fast-check'
import t from 'tap'
import { S16Decoder } from '../../src/capture/s16-decoder.js'

t.test('the ends and the middle are where they belong', async (t) => {
  const decoder = new S16Decoder()
  t.same(
    [...decoder.decode(Buffer.from([0, 0x80, 0, 0, 0xff, 0x7f, 0xff, 0xff]))],
    [-1, 0, 32_767 / 32_768, -1 / 32_768],
  )
  t.notOk(decoder.isMidSample)
})

t.test('decoding does not depend on where the bytes are cut', async () => {
  await fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), fc.array(fc.nat(5)), (bytes, sizes) => {
      const whole = new S16Decoder()
      const expected = [...whole.decode(bytes)]
      const decoder = new S16Decoder()
      const samples: number[] = []
      let start = 0
      for (const size of [...sizes, 64])
        samples.push(...decoder.decode(bytes.subarray(start, (start += size))))
      return (
        JSON.stringify(samples) === JSON.stringify(expected) &&
        samples.length === bytes.length >> 1 &&
        decoder.isMidSample === (bytes.length % 2 === 1)
      )
    }),
  )
})
