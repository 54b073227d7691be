import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { chinaDay, daysBefore, readableTime } from '../../lib/china-time.ts'
import { startWorld, type World } from '../../lib/local/world.ts'
import { DIRECT, SERVED } from '../support/served.ts'
import { stubAws } from './local-env.ts'
import { CHINESE, runCli } from './run-cli.ts'

const { provider } = SERVED.partner
const today = chinaDay(Date.now())
const dayOf = (daysAgo: number) => readableTime(daysBefore(today, daysAgo))

let world: World
beforeAll(async () => {
  world = await startWorld({ merchants: [DIRECT, SERVED.partner] })
  stubAws(world.env)
})
afterAll(async () => {
  vi.unstubAllEnvs()
  await world.close()
})

const merchants = JSON.stringify({
  merchants: { [DIRECT.mchid]: { services: DIRECT.services } },
  providers: { [provider]: { services: SERVED.partner.services, sub_merchants: 'any' } },
})

describe('payscore silent', () => {
  it('says that nobody has looked yet', async () => {
    const { code, err } = await runCli(['silent'], { env: { MERCHANTS: merchants } })

    expect(code).toBe(1)
    expect(err).toContain(`nobody has looked yet who of ${provider} sends nothing`)
  })

  it('lists who sent nothing for three days, or for as many as are asked for', async () => {
    world.objects.put(
      `reports/${provider}/silent/sub-merchants.csv`,
      '\ufeff特约商户号 sub_mchid,最近收款日 last_paid,查至 looked_on,天数 days,无上报 silent\r\n' +
        `1900000203,,${dayOf(0)},,是 yes\r\n\`190000020212345678,${dayOf(9)},${dayOf(0)},9,是 yes\r\n` +
        `1900000201,${dayOf(4)},${dayOf(0)},4,是 yes\r\n1900000204,${dayOf(1)},${dayOf(0)},1,否 no\r\n`,
    )
    const ask = (...more: readonly string[]) => runCli(['silent', ...more], { env: { MERCHANTS: merchants } })

    const { code, out, err } = await ask()
    expect(code).toBe(0)
    expect(
      out
        .trimEnd()
        .split('\n')
        .map((line) => line.trim().split(/\s{2,}/)),
    ).toEqual([
      ['sub-merchant', 'last payment', 'days'],
      ['1900000203', 'none known'],
      ['190000020212345678', dayOf(9), '9'],
      ['1900000201', dayOf(4), '4'],
    ])
    expect(err).toContain(
      `3 of the sub-merchants of ${provider} sent no offline payment for 3 days. s3://payscore-statements/reports/${provider}/silent/sub-merchants.html`,
    )
    expect(JSON.parse((await ask('--days', '7', '--json')).out)).toMatchObject({
      provider,
      days: 7,
      silent: 2,
      sub_merchants: [
        { mchid: '1900000203', last_paid: null },
        { mchid: '190000020212345678', last_paid: dayOf(9) },
      ],
    })
    expect((await ask('--limit', '1')).err).toContain('; 1 are shown.')
  })

  it('asks which provider where there is none, in the language of the session', async () => {
    const { code, err } = await runCli(['silent'], {
      env: { ...CHINESE, MERCHANTS: JSON.stringify({ merchants: { [DIRECT.mchid]: { services: DIRECT.services } } }) },
    })

    expect(code).toBe(2)
    expect(err).toContain('请用 --mchid 指定服务商商户号:merchants.json 中没有服务商')
  })
})
