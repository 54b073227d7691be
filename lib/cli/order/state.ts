import { hasOpenCharge, type Row } from '../../order/row.ts'
import type { Text } from '../words.ts'

/** A few words for lists; green needs nobody, yellow goes on by itself, red waits for a person. */
export type Standing = { readonly text: Text; readonly colour: 'green' | 'yellow' | 'red' }

export const standingOf = (row: Row): Standing => {
  const { state, proof, due, reason = '', settled_at } = row
  if (state !== 'DOUBLE_CHARGED' && hasOpenCharge(row))
    return { text: { en: 'charged by WeChat Pay', zh: '支付分已扣款,待核对' }, colour: 'red' }
  switch (state) {
    case 'PENDING':
      return { text: { en: 'pending', zh: '处理中(尚未同步)' }, colour: 'yellow' }
    case 'HELD':
      return { text: { en: 'held', zh: '已暂停,等待人工确认' }, colour: 'red' }
    case 'SYNCED':
      if (proof) return { text: { en: 'synced, proved', zh: '已核实' }, colour: 'green' }
      if (due !== undefined) return { text: { en: 'synced, not yet proved', zh: '已同步,待核实' }, colour: 'yellow' }
      return { text: { en: 'synced, never proved', zh: '已同步,未能核实' }, colour: 'red' }
    case 'DOUBLE_CHARGED':
      return settled_at === undefined
        ? { text: { en: 'charged twice', zh: '疑似重复支付,待核对' }, colour: 'red' }
        : { text: { en: 'charged twice, settled', zh: '重复支付,已处理' }, colour: 'green' }
    case 'REJECTED':
      if (reason.startsWith('closed')) return { text: { en: 'closed by hand', zh: '已人工结案' }, colour: 'green' }
      if (reason.startsWith('withdrawn')) return { text: { en: 'withdrawn', zh: '通知已撤回' }, colour: 'green' }
      if (reason === 'revoked') return { text: { en: 'cancelled', zh: '订单已取消或已失效' }, colour: 'green' }
      return { text: { en: 'not synced', zh: '同步未成功,需人工处理' }, colour: 'red' }
  }
}
