import type { Random } from '../random.js'
import type { Example, Window } from '../train/example.js'

/** Neutral examples of each speaker: what CopyPaste pastes from. */
export type NeutralBySpeaker = ReadonlyMap<string, readonly Example[]>

export function neutralBySpeaker(examples: readonly Example[], neutralLabel: number): NeutralBySpeaker {
  const bySpeaker = new Map<string, Example[]>()
  for (const example of examples.filter(({ label }) => label === neutralLabel)) {
    const own = bySpeaker.get(example.speaker)
    if (own) own.push(example)
    else bySpeaker.set(example.speaker, [example])
  }
  return bySpeaker
}

/**
 * A window with a stretch of the same speaker's neutral speech before or behind it, as raw MFCCs: the feeling is in
 * it all the same, so the label stays. What would not fit into the network's frames is cut from the longer end.
 *
 * @param maxFrames frames that the network sees
 * @returns the window itself where the speaker has no other neutral clip
 * @see Pappagari et al. 2021, "CopyPaste"
 */
export function pasteNeutral(
  window: Window,
  example: Example,
  neutral: NeutralBySpeaker,
  coefficients: number,
  maxFrames: number,
  random: Random,
): Window {
  const others = (neutral.get(example.speaker) ?? []).filter((other) => other !== example)
  const other = others[random.below(Math.max(1, others.length))]
  if (!other) return window
  const variant = other.variants[random.below(other.variants.length)] as readonly Window[]
  const source = variant[random.below(variant.length)] as Window
  // Between a fifth and a half of what the network sees.
  const pasted = Math.min(source.frames, Math.round(maxFrames * (0.2 + 0.3 * random.next())))
  const kept = Math.min(window.frames, maxFrames - pasted)
  const cut = (from: Window, frames: number): Float32Array => {
    const first = random.below(from.frames - frames + 1)
    return from.mfcc.subarray(first * coefficients, (first + frames) * coefficients)
  }
  const parts = [cut(source, pasted), cut(window, kept)]
  if (random.next() < 0.5) parts.reverse()
  const mfcc = new Float32Array((pasted + kept) * coefficients)
  mfcc.set(parts[0] as Float32Array)
  mfcc.set(parts[1] as Float32Array, (parts[0] as Float32Array).length)
  return { mfcc, frames: pasted + kept }
}
