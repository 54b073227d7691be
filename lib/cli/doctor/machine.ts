import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { cliClientSettings } from '../aws/client.ts'
import { isLocalWorld } from '../aws/local-world.ts'
import { bad, type Check, ok, skipped } from './check.ts'

/** Checks this machine: its Node version, its AWS identity and its region. */
export const machineChecks = (env: NodeJS.ProcessEnv, version = process.versions.node): readonly Check[] => [
  {
    name: 'node',
    title: { en: 'Node', zh: 'Node' },
    look: async () =>
      Number(version.split('.')[0]) >= 24
        ? ok(version, version)
        : bad(
            { en: version, zh: version },
            { en: 'Run it as npx payscore: that takes Node 24.', zh: '请以 npx payscore 运行,它使用 Node 24。' },
          ),
  },
  {
    name: 'region',
    title: { en: 'region', zh: '区域' },
    look: async () => {
      const region = await new STSClient(cliClientSettings).config.region().catch(() => undefined)
      return region
        ? ok(region, region)
        : bad(
            { en: 'none', zh: '未设置' },
            { en: 'Set AWS_REGION to where the stack is.', zh: '请将 AWS_REGION 设为堆栈所在区域。' },
          )
    },
  },
  {
    name: 'identity',
    title: { en: 'identity', zh: '身份' },
    look: async () => {
      if (isLocalWorld(env)) return skipped('local world', '本地环境')
      const { Arn = '' } = await new STSClient(cliClientSettings).send(new GetCallerIdentityCommand({}))
      return ok(Arn, Arn)
    },
  },
]
