import { readRowKey } from '../../../../lib/ledger/row.ts'
import { type FaultRule, type Faults, seededRandom } from '../../../../lib/local/aws-faults.ts'
import type { FaultName } from '../../../../lib/local/wechatpay/faults.ts'
import type { World } from '../../../../lib/local/world.ts'
import type { FaultCount } from './faults-by-order.ts'
import { isQuiet } from './reconcile-often.ts'

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
export const LATE_MS = 9_000
/** All at once they would hold up every sandbox, and nothing else would go on meanwhile. */
const BETWEEN_HANGS_MS = 4_000

/** The first one is what an order meets that is cut off. */
const TABLE_FAULTS = ['fail', 'throughput-exceeded', 'throttle', 'lose-answer', 'reset'] as const
const BUS_FAULTS = ['fail', 'throttle', 'refuse-entries', 'lose-answer', 'reset'] as const
const SECRET_FAULTS = ['throttled', 'internal-error', 'access-denied', 'slow'] as const

type Rule<Request, Kind> = FaultRule<Request> & { readonly kind: Kind }

/** Makes faults in five of a hundred requests, and counts each for its order. */
export const createFaultInjector = (world: World, count: FaultCount, seed: number) => {
  const random = seededRandom(seed)
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T // never empty
  const cutOffKeys = new Set<string>()

  world.wechatpay.faultOften({ faults: WECHATPAY_FAULTS, probability: FAULTY, random, delayMs: 300 })

  /**
   * All rules are asked about each request, in order. The first one draws the fault, and the rule of that fault makes
   * it.
   */
  const often = <Request, Kind extends string>(
    what: string,
    faults: Pick<Faults<Request, Rule<Request, Kind>>, 'add'>,
    kinds: readonly Kind[],
    keyIn: (request: Request) => string | undefined,
  ): void => {
    let drawn: Kind | undefined
    const draw = (pk: string | undefined): Kind | undefined => {
      count.look(what)
      const fault = random() < FAULTY ? pick(kinds) : undefined
      return pk !== undefined && cutOffKeys.has(pk) ? kinds[0] : fault
    }
    for (const kind of kinds)
      faults.add({
        kind,
        times: Number.POSITIVE_INFINITY,
        match: (request) => {
          const pk = keyIn(request)
          if (kind === kinds[0]) drawn = draw(pk)
          if (drawn === kind) count.add(what, kind, orderOfKey(pk))
          return drawn === kind
        },
      })
  }
  often('table', world.table.faults, TABLE_FAULTS, ({ input }) => keyOf(input))
  often('event bus', world.bus.faults, BUS_FAULTS, () => undefined)

  /** Secrets Manager takes a number of faults instead of a probability, so as many are added as its requests need. */
  let secretFaults = 0
  const secrets = setInterval(() => {
    for (; secretFaults < Math.floor(world.secrets.history.length * FAULTY); secretFaults += 1)
      world.secrets.faultNext({ fault: pick(SECRET_FAULTS), delayMs: 300 })
  }, 5)

  const counted = (what: string, pk?: string): boolean => {
    count.add(what, 'hang', orderOfKey(pk))
    return true
  }
  const hang = (): void => {
    world.wechatpay.faultNext({ fault: pick(SLOW_WECHATPAY_FAULTS), delayMs: LATE_MS })
    world.table.faults.add({ kind: 'hang', match: ({ input }) => counted('table', keyOf(input)) })
  }
  let hangs = 0
  const slowly = setInterval(() => {
    // Where little else goes on, a wave would only wait for them.
    if (hangs === 0 || isQuiet(world)) return
    hangs -= 1
    hang()
  }, BETWEEN_HANGS_MS)

  return {
    /** Faults that take seconds of real time each, one after the other, while much else goes on. */
    burst: (size: number): void => {
      hang()
      hangs += size - 1
      world.bus.faults.add({ kind: 'hang', match: () => counted('event bus') })
      world.secrets.faultNext({ fault: 'hang' })
    },
    /** Requests to the table fail for this order until the returned function is called. */
    cutOff: (pk: string): (() => void) => {
      cutOffKeys.add(pk)
      return () => void cutOffKeys.delete(pk)
    },
    end: (): void => {
      clearInterval(secrets)
      clearInterval(slowly)
      world.wechatpay.behave()
      world.table.faults.clear()
      world.bus.faults.clear()
    },
  }
}

export type FaultInjector = ReturnType<typeof createFaultInjector>

/** The key of the item in a request to the table. */
const keyOf = ({ Key }: Readonly<Record<string, unknown>>): string | undefined =>
  (Key as { readonly pk?: { readonly S?: string } } | undefined)?.pk?.S

const orderOfKey = (pk: string | undefined): string | undefined =>
  pk === undefined ? undefined : readRowKey(pk).out_order_no
