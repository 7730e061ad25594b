import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { PITCH_PARAMS } from '../../../src/features/pitch-params.js'
import { pitchTrack } from '../../../src/features/pitch-track.js'
import { clipAudio } from '../dataset/clip-audio.js'
import { pitchErrors, type PitchErrors } from './synthetic-pitch.js'

const SCRIPT = fileURLToPath(new URL('./pitch-track.praat', import.meta.url))
const { sampleRateHz, hopSamples, frameLengthSamples } = PITCH_PARAMS

/** @returns Praat's version, or null where it is not installed */
export function praatVersion(): string | null {
  try {
    return execFileSync('praat', ['--version'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim()
  } catch {
    return null
  }
}

/**
 * How far the tracker is from Praat's ("To Pitch (ac)", its own settings, the same range) on real speech: both hear the
 * same samples, and frames are compared at the same times.
 *
 * @param paths of WAV files
 */
export async function praatPitchErrors(name: string, paths: readonly string[]): Promise<PitchErrors> {
  const folder = mkdtempSync(join(tmpdir(), 'pitch-'))
  try {
    const pairs: [number, number][] = []
    for (const path of paths) {
      const samples = await clipAudio(path)
      const [wav, table] = [join(folder, 'clip.wav'), join(folder, 'pitch.txt')]
      writeFileSync(wav, wavOf(samples))
      execFileSync('praat', ['--run', SCRIPT, wav, table], { stdio: 'ignore' })
      pairs.push(...pairsOf(samples, readFileSync(table, 'utf8')))
    }
    return pitchErrors(name, pairs)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function pairsOf(samples: Float32Array, table: string): [number, number][] {
  const praat = table
    .trim()
    .split('\n')
    .map((line) => line.split('\t').map((cell) => Number(cell)))
    .map(([atS = 0, hz = NaN]) => ({ atS, hz: Number.isFinite(hz) ? hz : 0 }))
  const [first, second] = praat
  if (first === undefined || second === undefined) return []
  const stepS = second.atS - first.atS
  return Array.from(pitchTrack(samples).f0Hz, (found, frame): [number, number] => {
    const atS = (frame * hopSamples + frameLengthSamples / 2) / sampleRateHz
    const place = (atS - first.atS) / stepS
    const [before, after] = [praat[Math.floor(place)]?.hz ?? 0, praat[Math.ceil(place)]?.hz ?? 0]
    // Between two voiced frames the pitch is between theirs; at an edge of voicing nothing is compared.
    const share = place - Math.floor(place)
    return [found, before > 0 && after > 0 ? before + share * (after - before) : 0]
  })
}

/** 16 kHz, mono, 16 bit. */
function wavOf(samples: Float32Array): Buffer {
  const data = Buffer.alloc(2 * samples.length)
  samples.forEach((x, i) =>
    data.writeInt16LE(Math.max(-32_768, Math.min(32_767, Math.round(x * 32_768))), 2 * i),
  )
  const head = Buffer.alloc(44)
  head.write('RIFF', 0, 'latin1')
  head.writeUInt32LE(36 + data.length, 4)
  head.write('WAVEfmt ', 8, 'latin1')
  head.writeUInt32LE(16, 16)
  head.writeUInt16LE(1, 20)
  head.writeUInt16LE(1, 22)
  head.writeUInt32LE(sampleRateHz, 24)
  head.writeUInt32LE(2 * sampleRateHz, 28)
  head.writeUInt16LE(2, 32)
  head.writeUInt16LE(16, 34)
  head.write('data', 36, 'latin1')
  head.writeUInt32LE(data.length, 40)
  return Buffer.concat([head, data])
}
