import { serveTasks } from '../parallel/serve-tasks.js'
import { runTrial } from './trial.js'

serveTasks(runTrial)
