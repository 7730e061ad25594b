import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Test } from 'tap'
import type { AlsaAccess } from '../../../src/capture/devices/alsa-facts.js'
import type { CaptureDevice } from '../../../src/capture/devices/capture-device.js'

/** A Raspberry Pi 4 with two USB microphones of one kind; card 0 can only play. */
export const CARDS = ` 0 [Headphones     ]: bcm2835_headpho - bcm2835 Headphones
                      bcm2835 Headphones
 1 [Device         ]: USB-Audio - USB PnP Sound Device
                      C-Media Electronics Inc. USB PnP Sound Device at usb-0000:01:00.0-1.4, full speed
 2 [Device_1       ]: USB-Audio - USB PnP Sound Device
                      C-Media Electronics Inc. USB PnP Sound Device at usb-0000:01:00.0-1.2, full speed
`

export const PCMS = `00-00: bcm2835 Headphones : bcm2835 Headphones : playback 8
01-00: USB Audio : USB Audio : playback 1 : capture 1
02-00: USB Audio : USB Audio : playback 1 : capture 1
`

export const STREAM = `C-Media Electronics Inc. USB PnP Sound Device at usb-0000:01:00.0-1.4, full speed : USB Audio

Playback:
  Status: Stop
  Interface 1
    Altset 1
    Format: S16_LE
    Channels: 2
    Endpoint: 0x01 (1 OUT) (ADAPTIVE)
    Rates: 48000, 44100, 8000
    Bits: 16
    Channel map: FL FR

Capture:
  Status: Running
    Interface = 2
    Altset = 1
    URBs = 3 [ 12 12 12 ]
    Momentary freq = 48000 Hz (0x30.0000)
  Interface 2
    Altset 1
    Format: S16_LE
    Channels: 1
    Endpoint: 0x82 (2 IN) (ASYNC)
    Rates: 48000, 44100
    Bits: 16
    Channel map: MONO
`

export const HINTS = `null
    Discard all samples (playback) or generate zero samples (capture)
samplerate
    Rate Converter Plugin Using Samplerate Library
pulse
    PulseAudio Sound Server
testmic
    test mic
hw:CARD=Device,DEV=0
    USB PnP Sound Device, USB Audio
    Direct hardware device without any conversions
plughw:CARD=Device,DEV=0
    USB PnP Sound Device, USB Audio
    Hardware device with all software conversions
sysdefault:CARD=Device
    USB PnP Sound Device, USB Audio
    Default Audio Device
dsnoop:CARD=Device,DEV=0
    USB PnP Sound Device, USB Audio
    Direct sample snooping device
`

export interface SampleMachine {
  readonly cards?: string
  readonly pcms?: string
  /** Body of a shell script that stands in for `arecord`; null: the program is missing. */
  readonly arecord?: string | null
  /** Nodes in /dev/snd. */
  readonly nodes?: readonly string[]
}

/** The same machine in a folder: what the kernel would show there, and a shell script for `arecord`. */
export function sampleMachine(t: Test, machine: SampleMachine = {}): Omit<AlsaAccess, 'refusalOf'> {
  const { cards = CARDS, pcms = PCMS, nodes = ['pcmC1D0c', 'pcmC2D0c'] } = machine
  const arecord = machine.arecord === undefined ? `cat <<'END'\n${HINTS}END` : machine.arecord
  const usb = 'devices/0000:01:00.0/usb1/1-1/1-1.4/1-1.4:1.0'
  const folder = t.testdir({
    proc: { cards, pcm: pcms, card1: { stream0: STREAM } },
    snd: Object.fromEntries(nodes.map((name) => [name, ''])),
    sys: { card1: {}, card2: {} },
  })
  mkdirSync(join(folder, usb), { recursive: true })
  symlinkSync(join(folder, usb), join(folder, 'sys', 'card1', 'device'))
  if (arecord !== null) writeFileSync(join(folder, 'arecord'), `#!/bin/sh\n${arecord}\n`, { mode: 0o755 })
  return {
    command: join(folder, 'arecord'),
    procFolder: join(folder, 'proc'),
    sysFolder: join(folder, 'sys'),
    deviceFolder: join(folder, 'snd'),
  }
}

/** A device of a sound card, with whatever a test cares for. */
export function sampleDevice(about: Partial<CaptureDevice> = {}): CaptureDevice {
  return {
    name: 'plughw:CARD=Device,DEV=0',
    description: 'USB PnP Sound Device, USB Audio',
    cardId: 'Device',
    cardIndex: 1,
    deviceIndex: 0,
    usbPath: 'usb-0000:01:00.0-1.4',
    backends: ['alsa'],
    portaudioName: null,
    ratesHz: [44_100, 48_000],
    isRateContinuous: false,
    channels: [1],
    isDefault: false,
    ...about,
  }
}

/** A device that ALSA's configuration defines. */
export function configuredSample(name: string, about: Partial<CaptureDevice> = {}): CaptureDevice {
  const nothing = { cardId: null, cardIndex: null, deviceIndex: null, usbPath: null }
  return sampleDevice({ ...nothing, name, description: name, ratesHz: null, channels: null, ...about })
}
