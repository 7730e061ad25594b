import type { Section } from './section.js'

/** What the project wants to reach, and what it would be proud of. */
interface Target {
  readonly what: string
  readonly section: string
  readonly figure: string
  readonly unit: string
  readonly better: 'higher' | 'lower'
  readonly reach: number
  readonly beyond: number
}

const TARGETS: readonly Target[] = [
  {
    what: 'MFCC against Meyda',
    section: 'mfcc',
    figure: 'againstMeyda',
    unit: '×',
    better: 'higher',
    reach: 25,
    beyond: 60,
  },
  {
    what: 'MFCC, times real time',
    section: 'mfcc',
    figure: 'realTime',
    unit: '×',
    better: 'higher',
    reach: 1500,
    beyond: 4000,
  },
  {
    what: 'network against onnxruntime-node int8',
    section: 'network',
    figure: 'againstOnnxInt8',
    unit: '×',
    better: 'higher',
    reach: 1,
    beyond: 2,
  },
  {
    what: 'network against tfjs WASM float',
    section: 'network',
    figure: 'againstTfjsWasm',
    unit: '×',
    better: 'higher',
    reach: 4,
    beyond: 10,
  },
  {
    what: 'whole agent, speech only, times real time',
    section: 'agent',
    figure: 'realTime',
    unit: '×',
    better: 'higher',
    reach: 300,
    beyond: 800,
  },
  {
    what: 'memory after warm-up, main process',
    section: 'agent',
    figure: 'rssWarmMb',
    unit: 'MB',
    better: 'lower',
    reach: 90,
    beyond: 70,
  },
  {
    what: 'memory of the capture child, without ALSA plugins',
    section: 'capture',
    figure: 'plainRssMb',
    unit: 'MB',
    better: 'lower',
    reach: 60,
    beyond: 48,
  },
  {
    what: 'start to first frame',
    section: 'agent',
    figure: 'startMs',
    unit: 'ms',
    better: 'lower',
    reach: 400,
    beyond: 200,
  },
  {
    what: 'last sample to subscriber, p99',
    section: 'agent',
    figure: 'delayP99Ms',
    unit: 'ms',
    better: 'lower',
    reach: 25,
    beyond: 10,
  },
  {
    what: 'device install',
    section: 'footprint',
    figure: 'installMb',
    unit: 'MB',
    better: 'lower',
    reach: 60,
    beyond: 25,
  },
]

/** @returns the targets whose figure was measured, or null if there is none */
export function judgeTargets(sections: readonly Section[]): Section | null {
  const rows = TARGETS.flatMap(({ what, section, figure, unit, better, reach, beyond }) => {
    const value = sections.find(({ id }) => id === section)?.figures[figure]
    if (value === undefined) return []
    const meets = (limit: number): boolean => (better === 'higher' ? value >= limit : value <= limit)
    const verdict = meets(beyond) ? 'beyond' : meets(reach) ? 'reached' : 'missed'
    const digits = value < 10 ? 2 : value < 100 ? 1 : 0
    return [[what, `${reach} ${unit}`, `${beyond} ${unit}`, `${value.toFixed(digits)} ${unit}`, verdict]]
  })
  if (rows.length === 0) return null
  return {
    id: 'targets',
    title: 'Targets',
    notes: [],
    head: ['target', 'reach', 'beyond', 'measured', ''],
    rows,
    figures: {},
  }
}
