// A whole process: loads FILE and does its work COUNT times. Measured from outside, by whoever waits for it.
import { workOf } from './work-of.mjs'

const [, , file, count] = process.argv
const work = await workOf(file)
for (let i = 0; i < Number(count); i += 1) await work()
process.exit()
