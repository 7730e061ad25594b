import type { CommandEntry } from './command.js'

/** Every command, in the order of the help. */
export const COMMANDS: readonly CommandEntry[] = [
  {
    name: 'run',
    summary: 'listen, judge and publish',
    load: async () => (await import('./run.js')).runCommand,
  },
  {
    name: 'demo',
    summary: 'show it on a bundled recording; needs nothing installed or configured',
    load: async () => (await import('./demo.js')).demoCommand,
  },
  {
    name: 'analyze',
    summary: 'judge recordings: a table, JSON lines or an HTML report',
    load: async () => (await import('./analyze.js')).analyzeCommand,
  },
  {
    name: 'watch',
    summary: "show a device's events in the terminal",
    load: async () => (await import('./watch.js')).watchCommand,
  },
  {
    name: 'fleet',
    summary: 'see, configure and roll back many devices over MQTT',
    load: async () => (await import('./fleet/fleet.js')).fleetCommand,
  },
  {
    name: 'devices',
    summary: 'list what can capture audio, or show the live level of one',
    load: async () => (await import('./devices.js')).devicesCommand,
  },
  {
    name: 'config',
    summary: 'check or show the configuration, or print its JSON Schema',
    load: async () => (await import('./config.js')).configCommand,
  },
  {
    name: 'model',
    summary: 'say what a model is, verify it, sign it and bring it to a device',
    load: async () => (await import('./model.js')).modelCommand,
  },
  {
    name: 'support-dump',
    summary: 'write one text file for whoever is to help; secrets masked, no audio',
    load: async () => (await import('./support/support-dump.js')).supportDumpCommand,
  },
]
