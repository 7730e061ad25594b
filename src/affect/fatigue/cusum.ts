/**
 * One-sided cumulative sum: S ← min(2h, max(0, S + (z − k)·n)), n blocks at once. Triggers at S ≥ h and is left at
 * S < h/2. The cap bounds how long it takes to leave after a long rise.
 *
 * | state  | goes to | when      |
 * | ------ | ------- | --------- |
 * | calm   | raised  | S ≥ h     |
 * | raised | calm    | S < h/2   |
 *
 * @see Page 1954, "Continuous inspection schemes"
 */
export class Cusum {
  #sum = 0
  #isRaised = false

  constructor(
    private readonly k: number,
    private readonly h: number,
  ) {}

  get sum(): number {
    return this.#sum
  }

  get isRaised(): boolean {
    return this.#isRaised
  }

  /** 0 … 1: 0.5 is the trigger, 0.25 where it is left, 1 the cap. */
  get score(): number {
    return this.#sum / (2 * this.h)
  }

  /** @param blocks that z stands for */
  add(z: number, blocks: number): void {
    this.#sum = Math.min(2 * this.h, Math.max(0, this.#sum + (z - this.k) * blocks))
    this.#isRaised = this.#isRaised ? this.#sum >= this.h / 2 : this.#sum >= this.h
  }

  reset(): void {
    this.#sum = 0
    this.#isRaised = false
  }
}
