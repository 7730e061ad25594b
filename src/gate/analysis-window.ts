/** Samples that the gate looks at for one frame, the frame last: 48 ms, three periods of a 63 Hz voice. */
export const ANALYSIS_SAMPLES = 768

/** The rest is zeros, so that an autocorrelation up to 256 samples does not wrap. */
export const N_FFT = 1024
