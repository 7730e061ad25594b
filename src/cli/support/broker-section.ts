import { lookup } from 'node:dns/promises'
import { connect } from 'node:net'
import type { Config } from '../../config/config.js'
import { splitUrls } from '../../publish/broker-addresses.js'
import { parseBrokerUrl, type BrokerAddress } from '../../publish/broker-url.js'
import { reasonOf } from '../../reason-of.js'
import type { Section } from './section.js'

/** Whether the broker can be reached at all: its name, and a connection that says nothing and is closed at once. */
export function brokerSection({ mqtt }: Pick<Config, 'mqtt'>): Section {
  return {
    title: 'broker, reached without credentials',
    async gather(signal) {
      const addresses = [mqtt.url, ...splitUrls(mqtt.fallback_urls)].map(parseBrokerUrl)
      const found = await Promise.all(addresses.map((address) => reach(address, signal)))
      return found.join('\n')
    },
  }
}

async function reach({ shown, host, port }: BrokerAddress, signal: AbortSignal): Promise<string> {
  let address: string
  try {
    address = (await lookup(host)).address
  } catch (error) {
    return `${shown}: its name is not known (${reasonOf(error)})`
  }
  const startedMs = performance.now()
  try {
    await touch(address, port, signal)
    return `${shown}: ${address} port ${port} takes connections, after ${Math.round(performance.now() - startedMs)} ms`
  } catch (error) {
    return `${shown}: ${address} port ${port} does not (${reasonOf(error)})`
  }
}

function touch(host: string, port: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, signal, timeout: 5000 })
    const end = (error?: Error): void => {
      socket.destroy()
      if (error === undefined) resolve()
      else reject(error)
    }
    socket.once('connect', () => end())
    socket.once('error', end)
    socket.once('timeout', () => end(new Error('nothing for 5 s')))
  })
}
