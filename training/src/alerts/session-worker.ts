import { serveTasks } from '../parallel/serve-tasks.js'
import { hearAndKeep } from './run-sessions.js'

serveTasks(hearAndKeep)
