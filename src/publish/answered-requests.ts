const MAX_REMEMBERED = 64
/** A longer response is one of many data and no deed: carried out again, it does nothing again. */
const MAX_REMEMBERED_LENGTH = 1024

/** The responses of the last requests by their transaction, those under way included. */
export class AnsweredRequests {
  // A Map iterates in order of insertion: the first is the oldest.
  readonly #responses = new Map<string, Promise<string>>()

  /**
   * Carries a request out unless it has been already.
   *
   * @param carryOut to the payload of the response; what it throws is remembered too
   */
  once(verb: string, transaction: string | undefined, carryOut: () => Promise<string>): Promise<string> {
    if (transaction === undefined) return carryOut()
    const key = `${verb} ${transaction}`
    const known = this.#responses.get(key)
    if (known !== undefined) return known
    const response = carryOut()
    this.#responses.set(key, response)
    const [oldest] = this.#responses.keys()
    if (this.#responses.size > MAX_REMEMBERED && oldest !== undefined) this.#responses.delete(oldest)
    response.then(
      (payload) => {
        if (payload.length > MAX_REMEMBERED_LENGTH) this.#responses.delete(key)
      },
      () => undefined,
    )
    return response
  }
}
