// Asks a policy simulator that is not ours what each caller may do: node test/stack/simulate.ts FOLDER, where FOLDER
// holds @cloud-copilot/iam-simulate. It stands outside of package.json, being licensed otherwise than this project.
import { createRequire } from 'node:module'
import { resolve as resolvePath } from 'node:path'
import { ALIKE, alikeCases, type Case, callerCases } from './callers.ts'
import { manyCases } from './many-merchants.ts'
import { packagedWith, twoTills } from './two-tills.ts'

type Answer = { readonly overallResult?: string; readonly errors?: unknown }

const [folder = ''] = process.argv.slice(2)
const { runSimulation } = createRequire(`${resolvePath(folder)}/`)('@cloud-copilot/iam-simulate') as {
  readonly runSimulation: (simulation: object, options: object) => Promise<Answer>
}

const isAllowed = async ({ principal, policy, action, resource, resourcePolicy, context }: Case): Promise<boolean> => {
  const { overallResult, errors } = await runSimulation(
    {
      request: { principal, action, resource: { resource, accountId: '111122223333' }, contextVariables: context },
      identityPolicies: [{ name: 'attached', policy }],
      serviceControlPolicies: [],
      resourceControlPolicies: [],
      ...(resourcePolicy && { resourcePolicy }),
    },
    {},
  )
  if (overallResult === undefined) throw new Error(`the simulator refused the question: ${JSON.stringify(errors)}`)
  return overallResult === 'Allowed'
}

const cases = [...callerCases(await twoTills()), ...alikeCases(await packagedWith(ALIKE))]
let failed = 0
for (const one of cases) {
  if ((await isAllowed(one)) === one.isAllowed) continue
  failed += 1
  console.log(`✗ ${one.claim}`)
}

// The simulator must also see an open door: without the policies of bus and queues some of these requests are allowed.
const ofService = (service: string) =>
  cases.filter(({ action, resourcePolicy }) => resourcePolicy && action.startsWith(service))
const opened = await Promise.all(
  ['events:', 'sqs:'].map(async (service) => {
    const answers = await Promise.all(ofService(service).map(({ resourcePolicy: _, ...rest }) => isAllowed(rest)))
    return answers.filter((allowed, i) => allowed && !ofService(service)[i]?.isAllowed).length
  }),
)
if (opened.includes(0)) {
  failed += 1
  console.log('✗ the policy of the bus, or those of the queues, make no difference')
}

console.log(
  `policies: ${cases.length} requests simulated, ${failed} wrong; ${opened[0]} more are allowed without the bus’s policy, ${opened[1]} without the queues’`,
)

// With more merchants than a policy can name, it names the routes of all, and the functions refuse the others.
const many = await manyCases()
let wrong = 0
let byCode = 0
for (const { request, isForTills, isLetThrough, isExpected } of many) {
  const isAdmitted = await isAllowed(request)
  if (isAdmitted && !isLetThrough) byCode += 1
  if ((isAdmitted && isLetThrough) === isExpected && (isForTills || !isAdmitted)) continue
  wrong += 1
  console.log(`✗ ${request.claim}`)
}
if (byCode === 0) {
  wrong += 1
  console.log('✗ the functions refuse nothing that IAM allows')
}
console.log(
  `policies of many merchants: ${many.length} requests simulated, ${wrong} wrong; IAM allows ${byCode} that the functions refuse`,
)
failed += wrong
process.exitCode = failed === 0 ? 0 : 1
