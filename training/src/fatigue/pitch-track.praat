# F0 of a WAV file as a table of times and Hz, by Praat's own tracker (Boersma 1993), for evaluate-fatigue.
form F0 of a sound
    sentence Sound_file
    sentence Table_file
endform
sound = Read from file: sound_file$
pitch = To Pitch (ac): 0.01, 75, 15, "no", 0.03, 0.45, 0.01, 0.35, 0.14, 600
frames = Get number of frames
writeFile: table_file$, ""
for frame to frames
    time = Get time from frame number: frame
    hz = Get value in frame: frame, "Hertz"
    appendFileLine: table_file$, time, tab$, hz
endfor
