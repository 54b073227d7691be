import { it } from 'vitest'
import { isMotoHere, startMoto } from '../support/moto.ts'
import { describeLedger } from './ledger-cases.ts'

// A second opinion on what DynamoDB does. No race is judged here: moto's writes are not atomic.
if (isMotoHere) {
  describeLedger('moto', startMoto, 8)
} else {
  console.warn('The ledger is not tested against moto: test/support/moto.sh installs it where Python is.')
  it.skip('needs moto')
}
