import { seededRandom } from '../../../lib/local/aws-faults.ts'
import type { FaultName } from '../../../lib/local/wechatpay/faults.ts'
import type { World } from '../../../lib/local/world.ts'
import type { FaultCount } from './faults-by-order.ts'

export type FaultInjector = {
  /** Faults that take seconds of real time each. They happen to the next requests, while the wave continues. */
  readonly burst: (size: number) => void
  /** Requests to the table fail for this order until the returned function is called. */
  readonly cutOff: (pk: string) => () => void
  readonly end: () => void
}

/** Share of all requests that have a fault. */
const FAULTY = 0.05

/** A signed 204 from an API that never answers so is not among them, since WeChat Pay itself would have to forge it. */
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
/** Eight seconds each, until the function's own time limit; the late request is processed after that. */
const SLOW_WECHATPAY_FAULTS: readonly FaultName[] = ['no-answer', 'no-answer-after-applying', 'late-request']
const LATE_MS = 9_000

const TABLE_FAULTS = ['fail', 'throughput-exceeded', 'throttle', 'lose-answer', 'reset'] as const
const BUS_FAULTS = ['fail', 'throttle', 'refuse-entries', 'lose-answer', 'reset'] as const
const SECRET_FAULTS = ['throttled', 'internal-error', 'access-denied', 'slow'] as const

/** Makes faults in five of a hundred requests, and counts each for its order. */
export const createFaultInjector = (world: World, count: FaultCount, seed: number): FaultInjector => {
  const random = seededRandom(seed)
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T // never empty
  const cutOffKeys = new Set<string>()

  world.wechatpay.faultOften({ faults: WECHATPAY_FAULTS, probability: FAULTY, random, delayMs: 300 })

  /**
   * All rules are asked about each request, in order. The first one draws the fault, and the rule of that fault makes
   * it.
   */
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

  /** Secrets Manager takes a number of faults instead of a probability, so as many are added as its requests need. */
  let secretFaults = 0
  const secrets = setInterval(() => {
    for (; secretFaults < Math.floor(world.secrets.history.length * FAULTY); secretFaults += 1)
      world.secrets.faultNext({ fault: pick(SECRET_FAULTS), delayMs: 300 })
  }, 5)

  return {
    burst: (size) => {
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

/** The key of the item in a request to the table. */
const keyOf = ({ Key }: Readonly<Record<string, unknown>>): string | undefined =>
  (Key as { readonly pk?: { readonly S?: string } } | undefined)?.pk?.S

const orderOfKey = (pk: string | undefined): string | undefined => pk?.slice(pk.indexOf('#') + 1)
