"""Golden values of the feature front end from an independent implementation: numpy and scipy, float64.

    /usr/bin/python3 test/features/golden/make_golden.py > test/features/golden/features.json
    npx prettier --write test/features/golden/features.json

Debian's python3-numpy and python3-scipy. Only the definitions are shared with src/features: no constant is read from
there. The signal is made of integers, as in ../signals.ts, so both sides see the same float32 samples.
"""

import json
import sys

import numpy as np
import scipy
from scipy.fft import dct, rfft
from scipy.signal import resample

RATE, LENGTH, HOP, N_FFT, N_MELS, N_MFCC = 16000, 512, 320, 512, 64, 40
F_MIN, F_MAX, PRE_EMPHASIS, FLOOR, DECISION_FRAMES = 50.0, 7600.0, 0.97, 1e-12, 148
FRAMES = [0, 17, 47]


def golden_signal(n=16000):
    state, noise = 1, np.empty(n)
    for i in range(n):
        state = (1664525 * state + 1013904223) & 0xFFFFFFFF
        noise[i] = (state / 2**31 - 1) * 0.05
    first, last = int(100 / RATE * 2**32), int(400 / RATE * 2**32)
    phase, sweep = 0, np.empty(n)
    for i in range(n):
        sweep[i] = (4 * abs(phase / 2**32 - 0.5) - 1) * 0.5
        phase = (phase + first + (last - first) * i // n) & 0xFFFFFFFF
    return (sweep.astype(np.float32).astype(float) + noise.astype(np.float32)).astype(np.float32).astype(float)


def hz_to_mel(hz):
    return hz * 3 / 200 if hz < 1000 else 15 + 27 * np.log(hz / 1000) / np.log(6.4)


def mel_to_hz(mel):
    return mel * 200 / 3 if mel < 15 else 1000 * 6.4 ** ((mel - 15) / 27)


def mel_matrix():
    edges = [mel_to_hz(m) for m in np.linspace(hz_to_mel(F_MIN), hz_to_mel(F_MAX), N_MELS + 2)]
    bins = np.arange(N_FFT // 2 + 1) * RATE / N_FFT
    rows = [np.interp(bins, edges[m : m + 3], [0, 1, 0], 0, 0) / (edges[m + 2] - edges[m]) for m in range(N_MELS)]
    return 2 * RATE / N_FFT * np.array(rows)


def main():
    x = golden_signal()
    n_frames = 1 + (len(x) - LENGTH) // HOP
    frames = np.stack([x[k * HOP : k * HOP + LENGTH] for k in range(n_frames)])
    hann = scipy.signal.get_window("hann", LENGTH, fftbins=True)
    scale = (hann.sum() / 2) ** 2

    emphasised = frames - PRE_EMPHASIS * np.concatenate([frames[:, :1], frames[:, :-1]], axis=1)
    spectrum = rfft(emphasised * hann)
    log_mel = np.log(np.maximum(np.abs(spectrum) ** 2 / scale @ mel_matrix().T, FLOOR))
    mfcc = dct(log_mel, type=2, norm="ortho", axis=1)[:, :N_MFCC]
    normalised = (mfcc - mfcc.mean(0)) / np.sqrt(mfcc.var(0) + 1e-5)
    fitted = np.resize(normalised, (DECISION_FRAMES, N_MFCC))
    padded = np.pad(mfcc, ((2, 2), (0, 0)), mode="edge")
    delta = sum(t * (padded[2 + t : 2 + t + n_frames] - padded[2 - t : 2 - t + n_frames]) for t in (1, 2)) / 10

    plain = rfft(frames * hann)
    power = np.abs(plain) ** 2 / scale
    magnitude = np.sqrt(power)
    hz = np.arange(N_FFT // 2 + 1) * RATE / N_FFT
    centroid = magnitude @ hz / magnitude.sum(1)
    bandwidth = np.sqrt((magnitude * (hz - centroid[:, None]) ** 2).sum(1) / magnitude.sum(1))
    share = magnitude.cumsum(1) / magnitude.sum(1, keepdims=True)
    roll_off = hz[(share >= 0.85).argmax(1)]
    floored = np.maximum(power, 1e-10)
    flatness = np.exp(np.log(floored).mean(1)) / floored.mean(1)
    zcr = (np.diff(np.signbit(frames), axis=1) != 0).mean(1)
    energy = (frames**2).mean(1)
    blocks = (frames[:, :510].reshape(n_frames, 10, 51) ** 2).sum(2)
    blocks = blocks / blocks.sum(1, keepdims=True)
    entropy = -(blocks * np.log2(blocks)).sum(1)

    chroma = np.zeros((n_frames, 12))
    for k in range(1, N_FFT // 2 + 1):
        if 100 <= hz[k] <= 4000:
            # MIDI note numbers: C is a multiple of 12, A4 = 69.
            chroma[:, int(np.round(69 + 12 * np.log2(hz[k] / 440))) % 12] += power[:, k]
    chroma /= chroma.sum(1, keepdims=True)

    # F0 of a frame: the best lag of the autocorrelation, upsampled 16 times, window divided out (Boersma 1993).
    f0 = []
    window = scipy.signal.get_window("hann", 640)
    for k in (0, 30, 60, 90):
        frame = x[k * 160 : k * 160 + 640]
        frame = (frame - frame.mean()) * window
        r = np.correlate(frame, frame, "full")[639:] / np.correlate(window, window, "full")[639:].clip(1e-9)
        fine = resample(np.concatenate([r[:320], r[319:0:-1]]), 639 * 16)[: 214 * 16]
        fine[: 26 * 16] = 0
        lag = fine.argmax() * 639 / (639 * 16)
        # A low lag's multiples peak as high, but for noise: the shortest within 3 % of the best.
        for candidate in range(26 * 16, 214 * 16 - 1):
            if fine[candidate] >= fine[candidate - 1] and fine[candidate] >= fine[candidate + 1]:
                if fine[candidate] > 0.97 * fine.max():
                    lag = candidate / 16
                    break
        f0.append({"frame": k, "hz": round(RATE / lag, 2)})

    track = x[:999]
    signal_rounded = [float(v) for v in x[:4]]
    pick = lambda a: [[float("%.9g" % v) for v in a[k]] for k in FRAMES]
    pick1 = lambda a: [float("%.9g" % a[k]) for k in FRAMES]
    json.dump(
        {
            "made_by": "make_golden.py, numpy %s, scipy %s" % (np.__version__, scipy.__version__),
            "frames": FRAMES,
            "n_frames": n_frames,
            "signal_start": signal_rounded,
            "spectrum_re": pick(spectrum.real),
            "spectrum_im": pick(spectrum.imag),
            "log_mel": pick(log_mel),
            "mfcc": pick(mfcc),
            "delta": pick(delta),
            "model_input_rows": pick(fitted[np.arange(DECISION_FRAMES)]),
            "centroid_hz": pick1(centroid),
            "bandwidth_hz": pick1(bandwidth),
            "roll_off_hz": pick1(roll_off),
            "flatness": pick1(flatness),
            "zero_crossing_rate": pick1(zcr),
            "energy": pick1(energy),
            "energy_entropy_bits": pick1(entropy),
            "chroma": pick(chroma),
            "f0": f0,
            "statistics": {
                "mean": float(track.mean()),
                "std": float(track.std()),
                "min": float(track.min()),
                "max": float(track.max()),
                "p20": float(np.percentile(track, 20)),
                "p50": float(np.percentile(track, 50)),
                "p80": float(np.percentile(track, 80)),
            },
        },
        sys.stdout,
        separators=(",", ":"),
    )
    print()


if __name__ == "__main__":
    main()
