import type { AttributeMap } from 'dynalite/db/index.js'
import { readTemplate, resourcesOf } from '../../../lib/local/stack/template.ts'
import type { Order, OrderSeed } from '../../../lib/local/wechatpay/orders.ts'
import { startWorld, type World, type WorldMerchant } from '../../../lib/local/world.ts'
import { watchInvocations } from '../../support/invocations.ts'
import { MINUTE } from '../../support/orders.ts'
import { handOver } from '../../support/till.ts'
import type { Counted, Step } from './counted.ts'
import { ASSUMED } from './prices.ts'
import { batchesOf } from './stream-batches.ts'
import { itemBytes, readUnitsOf, unitsOf, writeUnitsOf } from './units.ts'

/** Numbers as long as WeChat Pay's: 32 digits of a service, 18 characters of an appid. */
const SERVICE = '00004000000000160000000000000001'
const KINDS = {
  'payafter-orders': {
    merchant: { mchid: '1900000109', services: { [SERVICE]: 'wxd678efh567hg6787' } },
    seed: { family: 'payafter-orders', mchid: '1900000109' },
  },
  serviceorder: {
    merchant: { mchid: '1900000110', order_api: 'serviceorder', services: { [SERVICE]: 'wxd678efh567hg6788' } },
    seed: { family: 'serviceorder', mchid: '1900000110' },
  },
  partner: {
    merchant: { mchid: '1900000201', provider: '1900000200', order_api: 'partner', services: { [SERVICE]: '' } },
    seed: { family: 'serviceorder', mchid: '1900000200', sub_mchid: '1900000201', appid: 'wxd678efh567hg6789' },
  },
  acquiringbank: {
    merchant: {
      ...{ mchid: '1900000301', provider: '1900000300', channel_id: '1900000399' },
      ...{ order_api: 'acquiringbank', services: { [SERVICE]: '' } },
    },
    seed: {
      ...{ family: 'serviceorder', mchid: '1900000300', sub_mchid: '1900000301', channel_id: '1900000399' },
      appid: 'wxd678efh567hg6790',
    },
  },
} as const satisfies Readonly<Record<string, { merchant: WorldMerchant; seed: Partial<OrderSeed> }>>

export type Kind = keyof typeof KINDS
export const KIND_NAMES = Object.keys(KINDS) as readonly Kind[] // the keys of the object above
/** Those that docs/evidence.md shows. */
export const SHOWN = ['payafter-orders', 'serviceorder'] as const satisfies readonly Kind[]

/**
 * One order on the usual way, handed over by HTTP, once an order before it has started the functions. The runs of
 * reconcile are not counted: they come each minute, whatever the number of orders.
 */
export const countOrder = async (kind: Kind, env: Readonly<Record<string, string>> = {}): Promise<Counted> => {
  const { merchant, seed } = KINDS[kind]
  // Each write comes to the readers of the stream alone; how many come together on AWS is worked out below.
  const world = await startWorld({ merchants: [merchant], streamWindowMs: 0, env })
  const invocations = watchInvocations(world)
  try {
    const handOne = async (out_order_no: string): Promise<Order> => {
      const order = world.wechatpay.addOrder({
        ...seed,
        ...{ service_id: SERVICE, out_order_no, total_amount: 8800 },
      })
      const detail = { paid_time: '20250301120000' }
      await handOver(world, 'HTTP API 2.0', { mchid: merchant.mchid, out_order_no, detail })
      await world.idle()
      await world.pass(12 * MINUTE)
      await world.idle()
      return order
    }
    await handOne('POS20250301120000000000000000001')
    const ledger = watchLedger(world)
    const objects = new Set(world.objects.locked.stored.keys())
    const [firstInvocation, firstEvent] = [invocations.all.length, world.bus.history.events.length]
    const order = await handOne('POS20250301120000000000000000002')
    if (!order.payments.some(({ paid_type }) => paid_type === 'MCH'))
      throw new Error(`the order of ${kind} is not paid`)
    const made = invocations.all.slice(firstInvocation).filter((one) => one.function !== 'reconcile')
    const byFunction = [...Map.groupBy(made, (one) => one.function)].map(([name, all]) => {
      const requests = batchesOf(name, all.length)
      const puts = name === 'evidence' ? requests * OBJECTS_OF_A_BATCH : 0
      const ms = requests * ASSUMED.ownMs + (CALLS.has(name) ? requests * ASSUMED.callMs : 0)
      const lineBytes = all.flatMap(({ invocation }) => [...ASSUMED.lambdaLines, ...invocation.logs]).map(bytesOfLine)
      return {
        requests,
        puts,
        gbSeconds: (memoryGb(name) * ms) / 1000,
        logBytes: (sum(lineBytes) * requests) / all.length,
      }
    })
    const { steps, readUnits } = ledger.counted()
    const evidence = [...world.objects.locked.stored].filter(([key]) => !objects.has(key))
    return {
      steps,
      writeUnits: steps.reduce((sum, { table, indexes }) => sum + table + indexes, 0),
      readUnits,
      httpRequests: 1,
      lambdaRequests: rounded(sum(byFunction.map(({ requests }) => requests))),
      gbSeconds: rounded(sum(byFunction.map(({ gbSeconds }) => gbSeconds))),
      events: world.bus.history.events
        .slice(firstEvent)
        .reduce((sum, { detail }) => sum + Math.ceil(detail.length / 65_536), 0),
      logBytes: Math.round(bytesOfLine(ASSUMED.accessLine) + sum(byFunction.map(({ logBytes }) => logBytes))),
      puts: rounded(sum(byFunction.map(({ puts }) => puts))),
      rowBytes: steps.at(-1)?.bytes ?? 0,
      evidenceBytes: sum(evidence.map(([, { body }]) => body.length)),
    }
  } finally {
    await world.close()
  }
}

/** Of answers, and of whose they are. */
const OBJECTS_OF_A_BATCH = 2

/** Functions that make a signed call. */
const CALLS = new Set(['sync', 'query'])

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0)

const rounded = (number: number): number => Math.round(number * 1000) / 1000

const memoryGb = (name: string): number => {
  const id = `${name.charAt(0).toUpperCase()}${name.slice(1)}LambdaFunction`
  const found = resourcesOf(readTemplate(), 'AWS::Lambda::Function').find(([each]) => each === id)
  return Number(found?.[1].Properties.MemorySize) / 1024
}

/** A measured time has as many digits as on AWS, so that the same order always counts the same. */
const bytesOfLine = (line: string): number =>
  Buffer.byteLength(line.replaceAll(/("(?:\w*(?:latency|_ms|_to_synced|difference|duration)\w*)":)[\d.]+/g, '$1200')) +
  ASSUMED.lineBytes

type Request = { readonly Key?: AttributeMap; readonly ConsistentRead?: boolean; readonly TableName?: string }

/** Every write and read of the ledger from now on. */
const watchLedger = (world: World) => {
  const items = new Map<string, AttributeMap>()
  const steps: Step[] = []
  let readUnits = 0
  const unwritten: string[] = []
  world.table.onRecord(({ dynamodb: { Keys, OldImage, NewImage } }) => {
    const pk = JSON.stringify(Keys)
    if (NewImage) items.set(pk, NewImage)
    const asked = unwritten.indexOf(pk)
    if (asked >= 0) unwritten.splice(asked, 1)
    steps.push({ step: stepOf(OldImage, NewImage), ...unitsOf(OldImage, NewImage), bytes: itemBytes(NewImage) })
  })
  // It never strikes: it only sees what is asked.
  world.table.faults.add({
    kind: 'fail',
    times: Number.POSITIVE_INFINITY,
    match: ({ operation, input }) => {
      const { Key, ConsistentRead = false } = input as Request
      const pk = JSON.stringify(Key)
      if (operation === 'UpdateItem') unwritten.push(pk)
      if (operation === 'GetItem') readUnits += readUnitsOf(itemBytes(items.get(pk)), ConsistentRead)
      return false
    },
  })
  /** A write whose condition failed, or that changed nothing, costs what the row has. */
  const counted = () => ({
    steps: [
      ...steps,
      ...unwritten.map((pk): Step => {
        const bytes = itemBytes(items.get(pk))
        return { step: 'refused', table: writeUnitsOf(bytes), indexes: 0, bytes }
      }),
    ],
    readUnits,
  })
  return { counted }
}

/** What a write did, by what the row has after it. */
const stepOf = (before: AttributeMap | undefined, after: AttributeMap | undefined): string => {
  if (!before) return 'create'
  if (before.answer && !after?.answer) return 'kept'
  if (after?.proved_at && !before.proved_at) return 'confirmed'
  if (after?.taken_at && !before.taken_at) return 'accepted'
  return JSON.stringify(after?.attempt) === JSON.stringify(before.attempt) ? 'other' : 'claim'
}
