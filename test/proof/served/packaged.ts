import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { readTemplate, resourcesOf } from '../../../lib/local/stack/template.ts'
import { copyToPackage, packaging } from '../../stack/package-copy.ts'
import { runWhole } from '../bench/child.ts'
import { promised, type Verdict } from '../storm/scenario.ts'
import { providerEntry, writeMerchants } from './shops.ts'

/** Of CPU, which does not depend on what else runs here; packaging hardly waits. */
const MOST_SECONDS = 10
/** A till's policy names its merchants while they are few, and no policy holds so many. */
const FEW = 100
const COMMITTED_AT = 1_795_449_600
const TEMPLATE = '.serverless/cloudformation-template-update-stack.json'

const PROVIDERS = {
  providers: {
    '1800000001': providerEntry('listed', '2002000000000558128851361561536'),
    '1800000002': providerEntry('any', '2002000000000558128851361561536'),
  },
}

/** Packages a provider that names so many sub-merchants beside one of any: twice, and once with a few. */
export const packageShops = async (shops: number): Promise<Verdict> => {
  const home = mkdtempSync(`${tmpdir()}/served-`)
  const folders: string[] = [home]
  const pack = async (count: number) => {
    const merchants = writeMerchants(`${home}/${count}`, PROVIDERS, count)
    const folder = copyToPackage()
    folders.push(folder)
    const { command, env } = packaging(folder, COMMITTED_AT, `--param=merchants=${merchants}`)
    const startedAt = performance.now()
    const { cpuMs } = await runWhole(command, env, 'ignore', folder)
    return { folder, cpuSeconds: cpuMs / 1000, seconds: (performance.now() - startedAt) / 1000 }
  }
  try {
    const few = await pack(FEW)
    const many = await pack(shops)
    const again = await pack(shops)
    const [ofFew, ofMany] = [templateOf(few.folder), templateOf(many.folder)]
    return {
      promises: [
        promised(`a provider that names ${shops} sub-merchants, and one of any, are packaged in 10 seconds of CPU`, [
          many.cpuSeconds < MOST_SECONDS ? undefined : `${many.cpuSeconds.toFixed(1)} s`,
        ]),
        promised('the same bytes again', differing(many.folder, again.folder)),
        promised(`the template is as large, and has as many policies, as with ${FEW} sub-merchants`, [
          JSON.stringify(ofMany) === JSON.stringify(ofFew) ? undefined : `${JSON.stringify({ ofFew, ofMany })}`,
        ]),
      ],
      figures: {
        'sub-merchants listed': shops,
        'seconds of CPU to package them': many.cpuSeconds.toFixed(1),
        'seconds to package them': many.seconds.toFixed(1),
        [`seconds of CPU to package ${FEW}`]: few.cpuSeconds.toFixed(1),
        'bytes of the template': ofMany.bytes,
        'policies in it': ofMany.policies,
        'bytes of sync.zip': zipBytes(many.folder),
        [`bytes of sync.zip with ${FEW}`]: zipBytes(few.folder),
      },
    }
  } finally {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true })
  }
}

const zipBytes = (folder: string): number => statSync(`${folder}/.serverless/sync.zip`).size

const templateOf = (folder: string) => {
  const path = `${folder}/${TEMPLATE}`
  const policies = ['AWS::IAM::ManagedPolicy', 'AWS::IAM::Role', 'AWS::Events::EventBusPolicy']
  const template = readTemplate(path)
  return {
    bytes: statSync(path).size,
    policies: policies.reduce((sum, type) => sum + resourcesOf(template, type).length, 0),
  }
}

/** The packaged files that are not the same in both folders. */
const differing = (one: string, other: string): readonly string[] =>
  readdirSync(`${one}/.serverless`)
    .filter((name) => name.endsWith('.zip') || TEMPLATE.endsWith(name))
    .filter((name) => !readFileSync(`${one}/.serverless/${name}`).equals(readFileSync(`${other}/.serverless/${name}`)))
