import { seededRandom } from '../../../lib/local/aws-faults.ts'
import type { FaultName } from '../../../lib/local/wechatpay/faults.ts'
import type { World } from '../../../lib/local/world.ts'
import type { FaultCount } from './faults-by-order.ts'

export type Weather = {
  /** Faults that cost seconds of real time each: they strike the next requests, so that the wave goes on beside them. */
  readonly squall: (size: number) => void
  /** The table fails for this order until it is taken back. */
  readonly cutOff: (pk: string) => () => void
  readonly end: () => void
}

/** Part of all I/O that meets a fault. */
const FAULTY = 0.05

/** Not among them: a signed 204 from an API that has none would be WeChat Pay's own lie. */
const WECHATPAY_FAULTS: readonly FaultName[] = [
  'reset-before-applying',
  'unsigned-4xx',
  'unsigned-5xx',
  'throttled-429',
  'accepted-202',
  'redirect',
  'reset-after-applying',
  'half-a-body',
  'wrong-signature',
  'signtest-signature',
  'stale-time',
  'future-time',
  'unknown-serial',
  'unsigned',
  'unsigned-5xx-after-applying',
  'packed-gzip',
  'packed-half',
  'packed-unknown',
  'byte-order-mark',
  'slow-answer',
  'other-order',
]
/** Eight seconds each, until the function's own limit; the late one works after that. */
const SLOW_WECHATPAY_FAULTS: readonly FaultName[] = ['no-answer', 'no-answer-after-applying', 'late-request']
const LATE_MS = 9_000

const TABLE_FAULTS = ['fail', 'throughput-exceeded', 'throttle', 'lose-answer', 'reset'] as const
const BUS_FAULTS = ['fail', 'throttle', 'refuse-entries', 'lose-answer', 'reset'] as const
const SECRET_FAULTS = ['throttled', 'internal-error', 'access-denied', 'slow'] as const

/** Faults in five of a hundred pieces of I/O, each counted for the order that it strikes. */
export const makeWeather = (world: World, count: FaultCount, seed: number): Weather => {
  const random = seededRandom(seed)
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T // never empty
  const cutOffKeys = new Set<string>()

  world.wechatpay.faultOften({ faults: WECHATPAY_FAULTS, probability: FAULTY, random, delayMs: 300 })

  /** The rules are asked in turn about each request: the first one draws, and each strikes at what was drawn for it. */
  let drawn: string | undefined
  for (const kind of TABLE_FAULTS)
    world.table.faults.add({
      kind,
      times: Number.POSITIVE_INFINITY,
      match: ({ input }) => {
        const pk = keyOf(input)
        if (kind === TABLE_FAULTS[0]) {
          count.look('table')
          drawn = random() < FAULTY ? pick(TABLE_FAULTS) : undefined
          if (pk !== undefined && cutOffKeys.has(pk)) drawn = 'fail'
        }
        const strikes = drawn === kind
        if (strikes) count.add('table', kind, orderOfKey(pk))
        return strikes
      },
    })
  let drawnOfBus: string | undefined
  for (const kind of BUS_FAULTS)
    world.bus.faults.add({
      kind,
      times: Number.POSITIVE_INFINITY,
      match: () => {
        if (kind === BUS_FAULTS[0]) {
          count.look('event bus')
          drawnOfBus = random() < FAULTY ? pick(BUS_FAULTS) : undefined
        }
        if (drawnOfBus === kind) count.add('event bus', kind)
        return drawnOfBus === kind
      },
    })

  /** Secrets Manager takes faults by number only: as many as its calls so far call for. */
  let secretFaults = 0
  const secrets = setInterval(() => {
    for (; secretFaults < Math.floor(world.secrets.history.length * FAULTY); secretFaults += 1)
      world.secrets.faultNext({ fault: pick(SECRET_FAULTS), delayMs: 300 })
  }, 5)

  return {
    squall: (size) => {
      for (let i = 0; i < size; i += 1) {
        world.wechatpay.faultNext({ fault: pick(SLOW_WECHATPAY_FAULTS), delayMs: LATE_MS })
        world.table.faults.add({
          kind: 'hang',
          match: ({ input }) => {
            count.add('table', 'hang', orderOfKey(keyOf(input)))
            return true
          },
        })
      }
      world.bus.faults.add({
        kind: 'hang',
        match: () => {
          count.add('event bus', 'hang')
          return true
        },
      })
      world.secrets.faultNext({ fault: 'hang' })
    },
    cutOff: (pk) => {
      cutOffKeys.add(pk)
      return () => void cutOffKeys.delete(pk)
    },
    end: () => {
      clearInterval(secrets)
      world.wechatpay.behave()
      world.table.faults.clear()
      world.bus.faults.clear()
    },
  }
}

/** The key of the one item that a request of the table names. */
const keyOf = ({ Key }: Readonly<Record<string, unknown>>): string | undefined =>
  (Key as { readonly pk?: { readonly S?: string } } | undefined)?.pk?.S

const orderOfKey = (pk: string | undefined): string | undefined => pk?.slice(pk.indexOf('#') + 1)
