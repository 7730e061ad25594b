import { barChartSvg } from '../report/bar-chart-svg.js'
import { xyChartSvg, type XyPoint } from '../report/xy-chart-svg.js'
import type { AlertsReport, CurvePoint, SetReport } from './alerts-report.js'
import { MOST_FALSE_PER_HOUR } from './choose-rule.js'

/** The rule at every threshold, where it stands by default, and what single decisions would give. */
export function recallSvg({ sets, chosen }: AlertsReport): string {
  const { dev, test, released } = sets
  return xyChartSvg({
    title: `Anger episodes recalled against false alerts, ${chosen.hits} of ${chosen.of} windows`,
    xName: 'false alerts an hour (axis of square roots)',
    yName: 'recall %',
    xTicks: [0, 0.1, 0.5, 1, 2, 4, 8, 16, 32],
    yTicks: [0, 20, 40, 60, 80, 100],
    xLimit: { x: MOST_FALSE_PER_HOUR, name: `${MOST_FALSE_PER_HOUR} an hour` },
    series: [
      { name: 'dev: the rule, other thresholds', points: curve(dev.curve), hasLine: true },
      { name: 'test: the rule, other thresholds', points: curve(test.curve), hasLine: true },
      { name: 'released model: the same', points: curve(released.curve), hasLine: true },
      { name: 'test: every decision an alert', points: curve(test.everyDecision), hasLine: true },
      { name: `test at ${chosen.enter}, 95 % intervals`, points: [standing('test', test)], hasLine: false },
      {
        name: `released at ${chosen.enter}, 95 %`,
        points: [standing('released', released)],
        hasLine: false,
      },
    ],
  })
}

function curve(points: readonly CurvePoint[]): XyPoint[] {
  return points.map(({ enter, recall, falsePerHour }) => ({
    x: falsePerHour,
    y: 100 * recall,
    title: `from ${enter}: recall ${(100 * recall).toFixed(0)} %, ${falsePerHour.toFixed(2)} false an hour`,
  }))
}

function standing(name: string, { all }: SetReport): XyPoint {
  const [low, high] = all.recallInterval
  return {
    x: all.falsePerHour,
    y: 100 * all.recall,
    title: `${name}: recall ${(100 * all.recall).toFixed(0)} %, ${all.falsePerHour.toFixed(2)} false an hour`,
    isMarked: true,
    xInterval: all.falsePerHourInterval,
    yInterval: [100 * low, 100 * high],
  }
}

/** Recall by how long the episode lasts. */
export function lengthSvg({ sets }: AlertsReport): string {
  const names = ['dev', 'test', 'released'] as const
  return barChartSvg({
    title: 'Recall by the length of the episode, 95 % intervals',
    valueName: 'recall %',
    series: names,
    ticks: [0, 20, 40, 60, 80, 100],
    groups: sets.dev.byEpisodeLength.map(({ fromS, toS }, n) => ({
      name: `${fromS} to ${toS} s`,
      bars: names.map((name) => {
        const { episodes, recalled, recallInterval } = sets[name].byEpisodeLength[n]!
        if (episodes === 0) return null
        const [low, high] = recallInterval
        return { value: (100 * recalled) / episodes, interval: [100 * low, 100 * high] as const }
      }),
    })),
  })
}
