// Does as it is told, a line each: `load` loads FILE, with what it awaits in its init; `call` does its work once.
import { workOf } from './work-of.mjs'

// The log of the function goes where it would go, and is not mistaken for an answer.
const answer = process.stdout.write.bind(process.stdout)
process.stdout.write = () => true

const [, , file] = process.argv
let work
const steps = {
  load: async () => {
    work = await workOf(file)
  },
  call: () => work(),
}
process.stdin.setEncoding('utf8').on('data', async (line) => {
  await steps[line.trim()]()
  answer('done\n')
})
process.stdin.on('end', () => process.exit())
answer('done\n')
