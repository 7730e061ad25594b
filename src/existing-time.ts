/**
 * Whether a day and time exist. Date.parse alone rolls 30 February over into March and takes 24:00 for the next day.
 *
 * @param text RFC 3339
 * @returns false also before 1970: event ids count milliseconds from there and cannot go below
 */
export function isExistingTime(text: string): boolean {
  const wallClock = text.slice(0, 'YYYY-MM-DDThh:mm:ss'.length)
  const asUtc = Date.parse(`${wallClock}Z`)
  return !Number.isNaN(asUtc) && new Date(asUtc).toISOString().startsWith(wallClock) && Date.parse(text) >= 0
}
