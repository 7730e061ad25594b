import { serveTasks } from '../parallel/serve-tasks.js'
import { judgeUnit } from './judge-unit.js'

serveTasks(judgeUnit)
