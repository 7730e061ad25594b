/** Signed 16-bit little-endian bytes, cut anywhere, to samples with full scale = 1. */
export class S16Decoder {
  private samples = new Float32Array(0)
  private firstHalf: number | undefined

  /** True if the bytes so far end in the middle of a sample. */
  get isMidSample(): boolean {
    return this.firstHalf !== undefined
  }

  /** @returns a view that the next call overwrites */
  decode(bytes: Uint8Array): Float32Array {
    const carried = this.firstHalf
    const carriedBytes = carried === undefined ? 0 : 1
    const count = Math.floor((bytes.length + carriedBytes) / 2)
    if (this.samples.length < count) {
      this.wipe()
      this.samples = new Float32Array(count)
    }

    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    let done = 0
    if (carried !== undefined && count > 0) {
      this.samples[done++] = (carried + view.getInt8(0) * 256) / 32_768
      this.firstHalf = undefined
    }
    for (; done < count; done++) this.samples[done] = view.getInt16(2 * done - carriedBytes, true) / 32_768
    const used = 2 * count - carriedBytes
    if (used >= 0 && used < bytes.length) this.firstHalf = bytes[used]
    return this.samples.subarray(0, count)
  }

  /** Overwrites the samples decoded last. */
  wipe(): void {
    this.samples.fill(0)
  }
}
