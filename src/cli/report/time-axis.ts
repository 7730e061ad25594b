/** Where the plots lie within a figure, in the figure's own units. */
export const PLOT = { left: 84, right: 984, width: 1000 } as const

/** Maps seconds to the horizontal position within a figure. */
export class TimeAxis {
  constructor(readonly durationS: number) {}

  x(seconds: number): number {
    const share = this.durationS === 0 ? 0 : seconds / this.durationS
    return PLOT.left + Math.min(1, Math.max(0, share)) * (PLOT.right - PLOT.left)
  }

  /** Round times, 2 to 13 of them, from 0 on. */
  ticks(): readonly number[] {
    const stepS =
      STEPS_S.find((step) => this.durationS / step <= 12) ?? Math.ceil(this.durationS / 12 / 3600) * 3600
    return Array.from({ length: Math.floor(this.durationS / stepS + 1e-9) + 1 }, (_, i) => i * stepS)
  }
}

const STEPS_S = [0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600]

/** Two decimals at most: an SVG of thousands of points stays small. */
export function coordinate(value: number): string {
  return String(Math.round(value * 100) / 100)
}
