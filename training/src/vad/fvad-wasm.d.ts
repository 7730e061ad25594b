/** What is used of WebRTC's detector in WebAssembly, which comes without types. */
declare module '@echogarden/fvad-wasm' {
  interface FvadModule {
    readonly HEAP16: Int16Array
    _malloc(bytes: number): number
    _fvad_new(): number
    _fvad_reset(state: number): void
    _fvad_set_mode(state: number, mode: number): number
    _fvad_set_sample_rate(state: number, rateHz: number): number
    /** @returns 1 speech, 0 none, −1 a frame of another length than 10, 20 or 30 ms */
    _fvad_process(state: number, samples: number, count: number): number
  }
  export default function fvad(): Promise<FvadModule>
}
