import { plain } from '../plain-text.js'

type Fields = Readonly<Record<string, unknown>>

/**
 * `alert anger: raised, score 0.83`
 *
 * @param kind the last level of its topic; from a stranger, as the fields are
 */
export function renderAlert(kind: string, fields: Fields): string {
  const score =
    typeof fields['score'] === 'number' ? `, score ${fields['score'].toFixed(2).replace('-', '−')}` : ''
  return `alert ${plain(kind)}: ${fields['active'] === true ? 'raised' : 'over'}${score}`
}

/** When a message says it was, UTC, to the millisecond. */
export function timeOfDay(fields: Fields): string {
  return plain(String(fields['time'] ?? fields['since'] ?? '')).slice(11, 23)
}
