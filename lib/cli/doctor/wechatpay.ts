import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { createMerchantSecrets, type MerchantSecrets } from '../../aws/merchant-secrets.ts'
import { type Served, signersOf } from '../../config/served.ts'
import { ConfigError } from '../../errors.ts'
import { LIMITS } from '../../limits.ts'
import { header } from '../../wechatpay/answer.ts'
import { daysLeft } from '../../wechatpay/merchant-secret.ts'
import { REFUSALS, refusalOf } from '../../wechatpay/refusals.ts'
import { createSend, type Send } from '../../wechatpay/send.ts'
import { type Outcome, randomNonce, type Signer, sendSigned } from '../../wechatpay/signed-call.ts'
import { cliClientSettings } from '../aws/client.ts'
import { bad, type Check, type Finding, note, ok, skipped } from './check.ts'

/** So many days before a merchant's certificate expires, a new one should be requested. */
export const WARN_DAYS = 60

type Setting = {
  readonly served: Pick<Served, 'signers'>
  readonly prefix: string
  readonly origin: URL
  /** Whether signed calls may be sent to the real WeChat Pay. */
  readonly live: boolean
  readonly now: () => number
  readonly machineNow: () => number
}

/**
 * Checks for each signing merchant its secret, its certificate and whether WeChat Pay accepts its signature; and the
 * clock of this machine and of WeChat Pay.
 */
export const wechatpayChecks = (setting: Setting): readonly Check[] => {
  const { served, prefix, origin, now } = setting
  const secrets = createMerchantSecrets(new SecretsManagerClient(cliClientSettings), { prefix, maxAgeMs: 60_000, now })
  const send = createSend(origin, {
    timeoutMs: LIMITS.call,
    maxAnswerBytes: LIMITS.answerBytes,
    maxIdleMs: LIMITS.socketIdle,
  })
  return [
    clockCheck(setting, send),
    ...signersOf(served).flatMap((mchid) => [
      secretCheck(mchid, prefix, secrets),
      certificateCheck(mchid, secrets, now),
      echoCheck(mchid, secrets, (signer) => sendSigned(echo(), signer, { send, now, nonce: randomNonce }), setting),
    ]),
  ]
}

/** Sends an unsigned request: it changes nothing, and its error response has a Date header. */
const clockCheck = ({ origin, machineNow: now }: Setting, send: Send): Check => ({
  name: 'clock',
  title: { en: 'clock against WeChat Pay', zh: '系统时间与微信支付' },
  look: async () => {
    const sentAt = now()
    const headers = { Accept: 'application/json', 'User-Agent': 'payscore-sync' }
    const sent = await send({ method: 'GET', target: '/', headers, body: '' })
    const theirs = Date.parse((sent.kind === 'answered' && header(sent.answer, 'date')) || '')
    if (Number.isNaN(theirs))
      return bad(
        { en: `${origin.host} cannot be reached`, zh: `无法连接 ${origin.host}` },
        {
          en: 'Let this host through the firewall by its name, not by addresses; port 443.',
          zh: '请在防火墙中按域名(而非 IP)放行该主机的 443 端口。',
        },
      )
    // Their time is in whole seconds, and was taken at some moment between our two times.
    const off = Math.max(0, Math.abs((sentAt + now()) / 2 - theirs - 500) - 500 - (now() - sentAt) / 2)
    const seconds = Math.round(off / 1000)
    if (seconds < 60) return ok(`${seconds} s apart`, `相差 ${seconds} 秒`)
    return bad(
      {
        en: `${seconds} s apart; from 300 s on every call is refused`,
        zh: `相差 ${seconds} 秒;超过300秒时所有请求都会被拒绝`,
      },
      {
        en: 'Set this machine’s clock (NTP). Lambda’s own clock is right.',
        zh: '请校准本机时间(NTP)。Lambda 的时间是准确的。',
      },
    )
  },
})

const secretCheck = (mchid: string, prefix: string, secrets: MerchantSecrets): Check => ({
  name: `secret ${mchid}`,
  title: { en: `secret of ${mchid}`, zh: `商户 ${mchid} 的密钥` },
  look: async () => {
    try {
      const { serial_no, wechatpayKeys } = await secrets.signer(mchid)
      const keys = [...wechatpayKeys.keys()].join(', ')
      return ok(`certificate ${serial_no}; ${keys}`, `证书 ${serial_no};${keys}`)
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error
      return bad(
        { en: error.message, zh: error.message },
        {
          en: `npx payscore merchant put FOLDER writes ${prefix}/${mchid} from the merchant’s files.`,
          zh: `npx payscore merchant put FOLDER 可由商户文件写入 ${prefix}/${mchid}。`,
        },
      )
    }
  },
})

const certificateCheck = (mchid: string, secrets: MerchantSecrets, now: () => number): Check => ({
  name: `certificate ${mchid}`,
  title: { en: `certificate of ${mchid}`, zh: `商户 ${mchid} 的API证书` },
  look: async () => {
    const signer = await secrets.signer(mchid).catch(() => undefined)
    if (!signer) return skipped('no secret', '无密钥')
    if (signer.notAfter === undefined)
      return note(
        { en: 'its end is not in the secret', zh: '密钥中没有证书到期时间' },
        { en: 'npx payscore merchant put writes it.', zh: 'npx payscore merchant put 会写入到期时间。' },
      )
    const days = daysLeft(signer.notAfter, now())
    const renew = {
      en: 'Apply for the next one in the merchant platform, then npx payscore merchant put.',
      zh: '请在商户平台申请新证书,然后运行 npx payscore merchant put。',
    }
    if (days < 0) return bad({ en: 'has expired: every call is refused', zh: '已过期:所有请求都会被拒绝' }, renew)
    const left = { en: `${days} days left`, zh: `剩余 ${days} 天` }
    return days < WARN_DAYS ? note(left, renew) : ok(left.en, left.zh)
  },
})

/** A request that changes nothing. @see https://pay.weixin.qq.com/doc/v3/merchant/4014551946 */
const echo = () => ({
  method: 'POST' as const,
  target: '/v3/security/echo',
  body: JSON.stringify({ echo_message: 'payscore doctor' }),
})

const echoCheck = (
  mchid: string,
  secrets: MerchantSecrets,
  call: (signer: Signer) => Promise<Outcome>,
  { origin, live }: Setting,
): Check => ({
  name: `signature ${mchid}`,
  title: { en: `signature of ${mchid}`, zh: `商户 ${mchid} 的签名` },
  look: async () => {
    if (!live && !/^(localhost|127\.|\[::1\])/.test(origin.hostname))
      return skipped('--live asks WeChat Pay', '使用 --live 向微信支付核实')
    const signer = await secrets.signer(mchid).catch(() => undefined)
    return signer ? echoFinding(await call(signer)) : skipped('no secret', '无密钥')
  },
})

const echoFinding = (outcome: Outcome): Finding => {
  if (outcome.kind !== 'answered')
    return bad(
      { en: `no answer: ${outcome.reason}`, zh: `没有应答:${outcome.reason}` },
      { en: 'Check the way to WeChat Pay.', zh: '请检查到微信支付的网络。' },
    )
  const { status, request_id = '' } = outcome
  if (status === 200 && outcome.verified) return ok('accepted, and the answer verifies', '微信支付已接受,应答验签通过')
  if (status === 200)
    return bad(
      { en: 'accepted, but the answer does not verify', zh: '微信支付已接受,但应答验签失败' },
      {
        en: 'Compare WeChat Pay’s key and its id in the secret with the merchant platform, API security.',
        zh: '请核对密钥中的微信支付公钥及其ID与商户平台“API安全”是否一致。',
      },
    )
  const refusal = refusalOf({ status, number: request_id.match(/-(\d+)$/)?.[1] })
  const words = refusal && REFUSALS[refusal]
  const facts = `HTTP ${status}${request_id ? `, Request-Id ${request_id}` : ''}`
  return bad(
    { en: `${words?.en.meaning ?? 'refused'} (${facts})`, zh: `${words?.zh.meaning ?? '被拒绝'}(${facts})` },
    words
      ? { en: words.en.next, zh: words.zh.next }
      : { en: 'Ask WeChat Pay, and name the Request-Id.', zh: '请凭 Request-Id 联系微信支付。' },
  )
}
