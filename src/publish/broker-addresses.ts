import { parseBrokerUrl } from './broker-url.js'

/**
 * The addresses of one broker: several where it is a cluster. One is used until it fails, then the next, round and round.
 * They are equals: a connection that holds is not left because an earlier one works again.
 */
export class BrokerAddresses {
  readonly #urls: readonly string[]
  #at = 0

  /**
   * @param first     used first
   * @param fallbacks in the order in which they are tried
   * @throws {ConfigError} CONFIG_BROKER_URL
   */
  constructor(first: string, fallbacks: readonly string[] = []) {
    this.#urls = [first, ...fallbacks]
    for (const url of this.#urls) parseBrokerUrl(url)
  }

  get current(): string {
    return this.#urls[this.#at] as string
  }

  /** The present one could not be reached or kept. */
  moveOn(): void {
    this.#at = (this.#at + 1) % this.#urls.length
  }
}

/** @param text URLs parted by commas, or nothing; see `mqtt.fallback_urls` */
export function splitUrls(text: string): readonly string[] {
  return text === '' ? [] : text.split(',')
}
