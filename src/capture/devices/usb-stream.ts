/** What a USB microphone can do. */
export interface CaptureFormats {
  /** Rising; never empty. */
  readonly ratesHz: readonly number[]
  /** True if any rate between the least and the greatest is one of them. */
  readonly isRateContinuous: boolean
  /** Rising; never empty. */
  readonly channels: readonly number[]
}

const MAX_RATE_HZ = 1_000_000
const MAX_CHANNELS = 256

/**
 * The part `Capture:` of `/proc/asound/card<N>/stream<M>`, which the kernel writes for USB devices: rates and channels
 * of all settings together.
 *
 * @returns null if it names no rate or no channels
 */
export function parseUsbStream(text: string): CaptureFormats | null {
  const rates = new Set<number>()
  const channels = new Set<number>()
  let isCapture = false
  let isRateContinuous = false
  for (const line of text.split('\n')) {
    if (/^\S/.test(line)) isCapture = line.trimEnd() === 'Capture:'
    if (!isCapture) continue
    const [, key, value] = /^\s+(Rates|Channels): (.*)$/.exec(line) ?? []
    if (key === 'Channels') addNumber(channels, value, MAX_CHANNELS)
    if (key !== 'Rates') continue
    const range = /^(\d+) - (\d+) \(continuous\)/.exec(value)
    if (range !== null) isRateContinuous = true
    for (const rate of range === null ? value.split(',') : range.slice(1)) addNumber(rates, rate, MAX_RATE_HZ)
  }
  if (rates.size === 0 || channels.size === 0) return null
  return { ratesHz: rising(rates), isRateContinuous, channels: rising(channels) }
}

function addNumber(to: Set<number>, text: string, most: number): void {
  const number = /^\s*(\d{1,9})\s*$/.exec(text)?.[1]
  if (number !== undefined && Number(number) > 0 && Number(number) <= most) to.add(Number(number))
}

function rising(numbers: ReadonlySet<number>): readonly number[] {
  return [...numbers].sort((a, b) => a - b)
}
