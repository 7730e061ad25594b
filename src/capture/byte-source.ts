/**
 * Bytes that can be read at any position, so that a parser can be run on memory as well as on a file and never
 * needs more of it than its own buffer.
 */
export interface ByteSource {
  /** As a person would name it; opens every error message. */
  readonly name: string
  readonly sizeBytes: number
  /**
   * Fills `into` from `position` on.
   *
   * @returns the bytes read: fewer than `into.length` only at the end
   * @throws {InputError} INPUT_UNREADABLE
   */
  readInto(into: Uint8Array, position: number): Promise<number>
}
