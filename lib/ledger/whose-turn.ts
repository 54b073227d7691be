import type { Turn } from '../wechatpay/refusals.ts'

/** Whose turn it is, as people read it. */
export const TURNS: Readonly<Record<Turn, { readonly en: string; readonly zh: string }>> = {
  service: { en: 'this service', zh: '系统' },
  shop: { en: 'shop', zh: '门店' },
  engineer: { en: 'engineer', zh: '技术人员' },
  accountant: { en: 'accountant', zh: '财务' },
}
