/**
 * Text from outside (file names, messages of others) on one line, and safe for a terminal: nothing in it can move the
 * cursor or change colours.
 */
export function plain(text: string): string {
  return text.replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ')
}
