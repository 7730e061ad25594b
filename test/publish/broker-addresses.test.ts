import t from 'tap'
import { BrokerAddresses, splitUrls } from '../../src/publish/broker-addresses.js'

t.test('each failure moves on to the next address, and after the last comes the first', async (t) => {
  const addresses = new BrokerAddresses('mqtt://a', ['mqtt://b', 'mqtt://c'])
  const seen = [addresses.current]
  for (let n = 0; n < 3; n++) {
    addresses.moveOn()
    seen.push(addresses.current)
  }
  t.same(seen, ['mqtt://a', 'mqtt://b', 'mqtt://c', 'mqtt://a'])
})

t.test('an only address stays', async (t) => {
  const addresses = new BrokerAddresses('mqtt://a')
  addresses.moveOn()
  t.equal(addresses.current, 'mqtt://a')
})

t.test('an address that cannot be used is refused at once, also a later one', async (t) => {
  t.throws(() => new BrokerAddresses('mqtt://a', ['mqtt://b', 'http://c']), { code: 'CONFIG_BROKER_URL' })
})

t.test('addresses are parted by commas', async (t) => {
  t.same(splitUrls(''), [])
  t.same(splitUrls('mqtt://a:1,mqtts://b'), ['mqtt://a:1', 'mqtts://b'])
})
