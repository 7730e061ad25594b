/** Replaces `user:password@` in every URL of a text by `***@`, wherever it stands. */
export function maskUrlCredentials(text: string): string {
  return text.replace(/:\/\/[^\s"'<>]*@/g, '://***@')
}
