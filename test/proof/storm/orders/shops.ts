import { direct, type StormMerchant, sub } from './merchants.ts'

const PROVIDER = '1800000000'

/** Two thousand shops of one provider, beside them one that floods it and one that WeChat Pay refuses for good. */
export const SHOPS = Array.from({ length: 2000 }, (_, i) => sub(`${1_700_000_000 + i}`, PROVIDER))
export const FLOODING = sub('1700002000', PROVIDER)
export const REFUSED: StormMerchant = { ...sub('1700002001', PROVIDER), isRefused: true }
export const DIRECT = [direct('1900000101', 'payafter-orders'), direct('1900000102', 'payafter-orders')] as const

/** Shares of the orders that are not of the flood. */
const OF_DIRECT = 0.1
const OF_REFUSED = 0.01

/** Whose the next order is, if it is not of the flood. */
export const drawOther = (random: () => number): StormMerchant => {
  const part = random()
  if (part < OF_DIRECT) return part < OF_DIRECT / 2 ? DIRECT[0] : DIRECT[1]
  if (part < OF_DIRECT + OF_REFUSED) return REFUSED
  return SHOPS[Math.floor(random() * SHOPS.length)] ?? DIRECT[0]
}
