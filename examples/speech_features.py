"""The features of a spoken word: log-mel frames, spread over it."""

from pathlib import Path

import kaldi_native_fbank
import numpy as np
import soundfile
from scipy.ndimage import zoom

FRAMES, BANDS, LOWEST, HIGHEST = 32, 24, 60, 3400  # the bands lie between the two frequencies, in Hz
SHORTEST, LONGEST = 0.05, 5  # of a word, in seconds


def features(file: Path) -> np.ndarray:
    """Return the log-mel frames of a word, FRAMES spread over it, one after the other in one vector.

    Raises
    ------
    ValueError
        If the file holds no sound, or is too short, too long or too coarse.
    soundfile.LibsndfileError
        If it is no sound file.
    """
    samples, rate = soundfile.read(file, dtype="float32", always_2d=True)
    seconds = len(samples) / rate
    if not samples.any() or not np.isfinite(samples).all() or not SHORTEST <= seconds <= LONGEST or rate < 2 * HIGHEST:
        found = f"{seconds:.2g} s at {rate} Hz, {'some sound' if samples.any() else 'silent'}"
        raise ValueError(f"{file}: {found}; expected: a word of {SHORTEST} to {LONGEST} s, at 8000 Hz or more")
    options = kaldi_native_fbank.FbankOptions()
    options.frame_opts.samp_freq, options.frame_opts.dither, options.frame_opts.snip_edges = rate, 0, False
    options.mel_opts.num_bins, options.mel_opts.low_freq, options.mel_opts.high_freq = BANDS, LOWEST, HIGHEST
    options.use_energy = True  # as the first column
    bank = kaldi_native_fbank.OnlineFbank(options)
    bank.accept_waveform(rate, 2**15 * samples.mean(axis=1))
    bank.input_finished()
    frames = np.array([bank.get_frame(n) for n in range(bank.num_frames_ready)])
    loud = np.flatnonzero(frames[:, 0] > frames[:, 0].max() - np.log(100))  # the ends, 20 dB softer, are silence
    word = frames[loud[0] : loud[-1] + 1, 1:]
    return zoom(word - word.mean(), (FRAMES / len(word), 1), order=1).ravel()  # the mean is the loudness of the word
