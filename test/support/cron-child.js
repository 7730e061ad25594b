// Says `tick` for each call of a cron expression that is due every second, until its stdin ends.
import { nodeCron } from '../../dist/ops/schedule/cron.js'

const timer = nodeCron.at('* * * * * *', 'UTC', () => process.stdout.write('tick\n'))
process.stdin.on('end', () => timer.clear()).resume()
