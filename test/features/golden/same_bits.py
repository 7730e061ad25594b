"""A second float32 implementation of the MFCCs, from docs/decisions/0001 alone: prints the SHA-256 that
../mfcc.test.ts holds. Every numpy float32 operation rounds to single precision; frames are the vector axis, so no
sum here has an order of numpy's own.

    /usr/bin/python3 test/features/golden/same_bits.py
"""

import hashlib

import numpy as np

from make_golden import N_FFT, N_MELS, N_MFCC, golden_signal, mel_matrix

F = np.float32


def fft(x):
    """[512 × frames] float32 → real and imaginary parts of bins 0 … 256."""
    half = N_FFT // 2
    order = [int(f"{i:08b}"[::-1], 2) for i in range(half)]
    re, im = x[0::2][order].copy(), x[1::2][order].copy()
    span = 1
    while span < half:
        for block in range(0, half, 2 * span):
            for j in range(span):
                a, b = block + j, block + j + span
                wr, wi = F(np.cos(np.pi * j / span)), F(-np.sin(np.pi * j / span))
                if 2 * j == span:
                    wr = F(0)
                tr, ti = wr * re[b] - wi * im[b], wr * im[b] + wi * re[b]
                re[a], im[a], re[b], im[b] = re[a] + tr, im[a] + ti, re[a] - tr, im[a] - ti
        span *= 2
    out_re, out_im = np.zeros((half + 1, x.shape[1]), F), np.zeros((half + 1, x.shape[1]), F)
    out_re[0], out_re[half] = re[0] + im[0], re[0] - im[0]
    for k in range(1, half // 2 + 1):
        m = half - k
        er, ei = (re[k] + re[m]) * F(0.5), (im[k] - im[m]) * F(0.5)
        odd_r, odd_i = (im[k] + im[m]) * F(0.5), (re[m] - re[k]) * F(0.5)
        wr, wi = F(np.cos(np.pi * k / half)), F(-np.sin(np.pi * k / half))
        if 2 * k == half:
            wr = F(0)
        tr, ti = wr * odd_r - wi * odd_i, wr * odd_i + wi * odd_r
        out_re[k], out_im[k], out_re[m], out_im[m] = er + tr, ei + ti, er - tr, ti - ei
    return out_re, out_im


def dot(weights, rows):
    lanes = [np.zeros(rows.shape[1], F) for _ in range(4)]
    for i, weight in enumerate(weights):
        lanes[i % 4] = lanes[i % 4] + weight * rows[i]
    return (lanes[0] + lanes[1]) + (lanes[2] + lanes[3])


def log(x):
    bits = x.view(np.int32) - np.int32(0x3F3504F3)
    e = (bits >> 23).astype(F)
    f = ((bits & np.int32(0x7FFFFF)) + np.int32(0x3F3504F3)).view(F) - F(1)
    s = f / (F(2) + f)
    z, half_square = s * s, (f * f) * F(0.5)
    r = z * (F(2 / 3) + z * (F(2 / 5) + z * (F(2 / 7) + z * F(2 / 9))))
    high = F(round(np.log(2) * 2**15) / 2**15)
    low = s * (half_square + r) + e * F(np.log(2) - float(high))
    return e * high - ((half_square - low) - f)


def main():
    x = golden_signal().astype(F)
    n = 1 + (len(x) - 512) // 320
    frames = np.stack([x[k * 320 : k * 320 + 512] for k in range(n)], axis=1)
    previous = np.concatenate([frames[:1], frames[:-1]])
    window = (np.sin(np.pi * np.arange(512) / 512) ** 2).astype(F)
    re, im = fft((frames - F(0.97) * previous) * window[:, None])
    power = (re * re + im * im) * F(2**-14)
    mel = []
    for row in mel_matrix().astype(F):
        bins = np.flatnonzero(row)
        mel.append(dot(row[bins[0] : bins[-1] + 1], power[bins[0] : bins[-1] + 1]))
    log_mel = log(np.maximum(np.array(mel), F(1e-12)))
    i = np.arange(N_MELS)
    basis = [np.cos(np.pi * k * (2 * i + 1) / (2 * N_MELS)) * np.sqrt((1 if k == 0 else 2) / N_MELS) for k in range(N_MFCC)]
    mfcc = np.array([dot(row.astype(F), log_mel) for row in basis])
    print(hashlib.sha256(np.ascontiguousarray(mfcc.T).astype("<f4").tobytes()).hexdigest())
    return mfcc.T


if __name__ == "__main__":
    main()
