import { serveTasks } from '../parallel/serve-tasks.js'
import { measureSpeaker } from './measure-speaker.js'

serveTasks(measureSpeaker)
