import type { AlertRule } from '../../../src/affect/alerts/alert-rule.js'
import { heading, picture, table, text, type Block, type ReportDocument } from '../report/document.js'
import { provenanceTable } from '../report/provenance.js'
import { lengthSvg, recallSvg } from './alerts-pictures.js'
import type { AlertsReport, SetReport } from './alerts-report.js'
import { MOST_FALSE_PER_HOUR } from './choose-rule.js'
import type { RuleFigures } from './figures.js'
import type { Interval } from './rate-interval.js'
import { SLACK_S } from './score-alerts.js'
import type { SessionSet } from './session-subjects.js'
import { LEAST_HITS } from './ways.js'
import { sessionsText } from './sessions-text.js'

const SETS: readonly SessionSet[] = ['dev', 'test', 'released']

/** The report as a person reads it. */
export function alertsDocument(report: AlertsReport): ReportDocument {
  const { provenance, artefacts, chosen, sets, notes } = report
  const { test, released } = sets
  return {
    title: 'Anger alerts: recall against false alerts an hour',
    blocks: [
      text(summary(report)),
      ...notes.map(text),
      provenanceTable(provenance, artefacts),
      heading('The rule'),
      ruleTable(chosen),
      text(
        `Chosen on the dev sessions alone: of the rules tried on the unsmoothed probability of anger that rest on ${LEAST_HITS} windows or more, the one with the ` +
          `highest recall whose false alerts stay at or under ${MOST_FALSE_PER_HOUR} an hour by the upper ends of two 95 % intervals, over alerts and over people; ` +
          `of equals the one with fewer false alerts, then the first of the list, which begins with the simplest. Cool-down and the distance of exit from ` +
          `enter were set beforehand, and so was that one window is not enough: one may be a single exclamation, of which these sessions have fewer than life. ` +
          `What rules on one window would do stands under the other ways. Rules are left out whose windows cannot span their least duration in speech without a pause ` +
          `(windows of 3 s, every 1.5 s): somebody who shouts on and on would never raise them, though played clips with pauses between them do.`,
      ),
      heading('What it does'),
      setTable(sets),
      text(
        `An episode is recalled if an alert is raised from its start to ${SLACK_S} s after its end. Every other alert is false: ` +
          `in neutral speech, silence and noise, in somebody’s other emotions, and when raised just before an episode. ` +
          `Rates are over all the hours of a set, with the exact 95 % interval of a Poisson count, and one that draws people again, since a voice that raises one false alert raises more; recalls have Wilson’s.`,
      ),
      picture('recall', 'Recall of anger episodes against false alerts an hour', recallSvg(report)),
      heading('Neutral speech, silence and noise alone'),
      text('The default configuration on sessions in which nobody is anything but neutral or calm.'),
      neutralTable(sets),
      heading('How long an episode lasts'),
      picture('episode-length', 'Recall by the length of the episode', lengthSvg(report)),
      lengthTable(sets),
      heading('By corpus'),
      corpusTable(sets),
      heading('False alerts one by one'),
      falseTable({ test, released }),
      heading('Why a rule at all'),
      text(
        'Every single decision that gives anger at least so much, told at once, on the test and released sessions:',
      ),
      everyTable(sets),
      heading('Other ways'),
      text(
        'The same choice on dev for other scores, for smoothed probabilities and for a device that learns no voice, and what came of it on test. They are told, not chosen from. ' +
          'Arousal and valence are made of the same probabilities, so asking for high arousal besides anger adds nothing, and another temperature moves the threshold along with the scores.',
      ),
      waysTable(report),
      ...sessionsText(report),
    ],
  }
}

function summary({ chosen, sets }: AlertsReport): string {
  const { test, released } = sets
  const neutral = released.neutral['all']!
  return (
    `The default anger rule (${ruleText(chosen)}) with the released model, on people that neither it nor the choice of the rule has heard: ` +
    `${percent(released.all.recall)} % of ${released.all.episodes} episodes of anger recalled at ${rateText(released.all)} false alerts an hour over ${hours(released.all)} h${verdict(released.all)}; ` +
    `on neutral speech, silence and noise alone ${rateText(neutral)} an hour over ${hours(neutral)} h. ` +
    `With the fold models, on their unheard people: ${percent(test.all.recall)} % of ${test.all.episodes} at ${rateText(test.all)} over ${hours(test.all)} h${verdict(test.all)}, ` +
    `and ${rateText(test.neutral['all']!)} over ${hours(test.neutral['all']!)} h of neutral speech and noise. ` +
    `Recall differs widely between corpora: see below. The speech is acted, and played in simulated rooms: real quarrels are less clear, so expect less recall of them.`
  )
}

function verdict({ falsePerHour }: RuleFigures): string {
  return falsePerHour > MOST_FALSE_PER_HOUR ? ` (over the target of ${MOST_FALSE_PER_HOUR})` : ''
}

function ruleText({ score, enter, hits, of, withinS, minDurationS }: AlertRule): string {
  const duration = minDurationS > 0 ? `, over at least ${minDurationS} s` : ''
  return `${score} ≥ ${enter} in ${hits} of ${of} windows within ${withinS} s${duration}`
}

function ruleTable(rule: AlertRule): Block {
  return table(
    ['key of alerts.anger', 'default'],
    [
      ['score', rule.score],
      ['enter', String(rule.enter)],
      ['exit', String(rule.exit)],
      ['hits', String(rule.hits)],
      ['of', String(rule.of)],
      ['within_s', String(rule.withinS)],
      ['min_duration_s', String(rule.minDurationS)],
      ['cooldown_s', String(rule.cooldownS)],
    ],
  )
}

function setTable(sets: AlertsReport['sets']): Block {
  const row = (name: string, figures: RuleFigures): string[] => [
    name,
    hours(figures),
    `${figures.recalled} of ${figures.episodes}`,
    shareText(figures.recall, figures.recallInterval),
    String(figures.falseAlerts),
    rateText(figures),
    intervalText(figures.falsePerHourOverPeople),
    duringText(figures.falseDuring),
    figures.medianDelayS === null ? '' : figures.medianDelayS.toFixed(1),
  ]
  return table(
    [
      'sessions',
      'hours',
      'episodes recalled',
      'recall %',
      'false alerts',
      'false an hour [95 %]',
      'over people [95 %]',
      'false during',
      'median delay s',
    ],
    SETS.flatMap((set) => [row(set, sets[set].all), row(`${set}, mixed alone`, sets[set].mixed)]),
  )
}

function neutralTable(sets: AlertsReport['sets']): Block {
  return table(
    ['sessions', 'model', 'hours', 'false alerts', 'false an hour [95 %]'],
    SETS.flatMap((set) =>
      Object.entries(sets[set].neutral)
        .filter(([model]) => set !== 'released' || model !== 'all')
        .map(([model, figures]) => [
          set,
          model,
          hours(figures),
          String(figures.falseAlerts),
          rateText(figures),
        ]),
    ),
  )
}

function lengthTable(sets: AlertsReport['sets']): Block {
  const lengths = sets.dev.byEpisodeLength
  return table(
    ['length s', ...SETS.map((set) => `${set}: recalled, recall % [95 %]`)],
    lengths.map(({ fromS, toS }, n) => [
      `${fromS} to ${toS}`,
      ...SETS.map((set) => {
        const { episodes, recalled, recallInterval } = sets[set].byEpisodeLength[n]!
        return episodes === 0
          ? ''
          : `${recalled} of ${episodes}, ${shareText(recalled / episodes, recallInterval)}`
      }),
    ]),
  )
}

function corpusTable(sets: AlertsReport['sets']): Block {
  return table(
    ['sessions', 'corpus', 'hours', 'recalled', 'recall % [95 %]', 'false alerts', 'false an hour [95 %]'],
    SETS.flatMap((set) =>
      Object.entries(sets[set].byCorpus).map(([corpus, figures]) => [
        set,
        corpus,
        hours(figures),
        `${figures.recalled} of ${figures.episodes}`,
        shareText(figures.recall, figures.recallInterval),
        String(figures.falseAlerts),
        rateText(figures),
      ]),
    ),
  )
}

function falseTable(sets: Readonly<Record<string, SetReport>>): Block {
  return table(
    ['session', 'at', 'while somebody was', 'noise'],
    Object.values(sets).flatMap(({ falseAlerts }) =>
      falseAlerts.map(({ session, atS, during, noise }) => [session, clock(atS), during, noise]),
    ),
  )
}

function everyTable({ test, released }: AlertsReport['sets']): Block {
  return table(
    ['anger at least', 'test: recall %', 'false an hour', 'released: recall %', 'false an hour'],
    test.everyDecision
      .map((point, n) => ({ point, other: released.everyDecision[n]! }))
      .filter(({ point }) => Math.round(100 * point.enter) % 10 === 0)
      .map(({ point, other }) => [
        point.enter.toFixed(1),
        percent(point.recall),
        point.falsePerHour.toFixed(2),
        percent(other.recall),
        other.falsePerHour.toFixed(2),
      ]),
  )
}

function waysTable({ ways }: AlertsReport): Block {
  return table(
    [
      'score',
      'smoothing',
      'windows',
      'rule',
      'dev: recall %',
      'false an hour',
      'test: recall %',
      'false an hour',
    ],
    ways.map(({ score, smoothing, leastHits, chosen, test }) =>
      chosen
        ? [
            score,
            smoothing,
            leastHits === 1 ? 'any number' : `${leastHits} or more`,
            ruleText(chosen.rule),
            percent(chosen.figures.recall),
            chosen.figures.falsePerHour.toFixed(2),
            test ? percent(test.recall) : '',
            test ? test.falsePerHour.toFixed(2) : '',
          ]
        : [score, smoothing, '', 'none recalls anything within the limit', '', '', '', ''],
    ),
  )
}

function duringText(during: RuleFigures['falseDuring']): string {
  return Object.entries(during)
    .sort(([, a], [, b]) => b - a)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ')
}

function rateText({ falsePerHour, falsePerHourInterval }: RuleFigures): string {
  return `${falsePerHour.toFixed(2)} ${intervalText(falsePerHourInterval)}`
}

function intervalText([low, high]: Interval): string {
  return `[${low.toFixed(2)}, ${high.toFixed(2)}]`
}

function shareText(share: number, [low, high]: Interval): string {
  return `${percent(share)} [${(100 * low).toFixed(0)}, ${(100 * high).toFixed(0)}]`
}

function percent(share: number): string {
  return (100 * share).toFixed(0)
}

function hours(figures: RuleFigures): string {
  return figures.hours.toFixed(1)
}

function clock(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}
