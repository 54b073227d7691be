import type { Row } from '../row.ts'

const CLAIM = 'claim'
const SEND = 'send'
const RECEIVE = 'receive'

export const CALL: readonly Row[] = [
  {
    step: CLAIM,
    fault: 'two claim the same row at once',
    must: 'one has it',
    guard: 'lib/ledger/transitions/notice.ts claim atMost',
    test: ['aws/ledger.test.ts', 'one claims the row, in each of twenty rounds'],
  },
  {
    step: CLAIM,
    fault: 'the function dies between the claim and the record',
    must: 'a query is owed before anything is repeated',
    guard: 'lib/ledger/transitions/lease.ts lease',
    test: [
      'ledger/transitions/transitions.test.ts',
      '2: claims a due sync with a fresh lease, counted, with a query owed if nobody comes back',
    ],
  },
  {
    step: CLAIM,
    fault: 'the row of a claim is in no index, so that nobody comes back to it',
    must: 'it is due when its lease ends',
    guard: 'lib/ledger/transitions/notice.ts newOrderAttributes due',
    test: [
      'ledger/transitions/transitions.test.ts',
      '1: creates the row on the first notice, leased, with a query owed if nobody comes back',
    ],
  },
  {
    step: CLAIM,
    fault: 'the invocation was frozen or slow, and its lease may end before its call does',
    must: 'it sends nothing and writes nothing',
    guard: 'lib/operations/call-wechatpay.ts callWechatPay isLeaseOver',
    test: ['operations/call-wechatpay.test.ts', 'that may end before the call does sends and writes nothing'],
  },
  {
    step: CLAIM,
    fault: 'a person closes an order while a call is out, on a clock that differs',
    must: 'refused until no call can be out',
    guard: 'lib/ledger/transitions/operator.ts close noCallInFlight',
    test: ['operations/apply-decision-lease.test.ts', 'is refused while a call may be out, until %i'],
  },
  {
    step: CLAIM,
    fault: 'a shop withdraws a notice whose sync may have been taken',
    must: 'refused',
    guard: 'lib/ledger/transitions/operator.ts isNoSyncTaken last_error',
    test: ['ledger/transitions/withdraw.test.ts', 'comes too late when %s'],
  },
  {
    step: CLAIM,
    fault: 'the claim was written and its answer lost',
    must: 'nobody sends before the lease is over; then it is asked about',
    guard: 'lib/ledger/transitions/notice.ts created when',
    test: [
      'functions/ledger-faults.long.test.ts',
      'is taken for somebody else’s by the second attempt: nothing is sent before the lease is over',
    ],
    needs: 'bundle',
  },
  {
    step: SEND,
    fault: 'the sandbox was frozen: the kept socket is dead and no timer has run',
    must: 'the socket is given up by the wall clock',
    guard: 'lib/wechatpay/send.ts createSend dropIdle',
    test: [
      'wechatpay/send-sockets.test.ts',
      'is given up when the wall clock says that it was idle for longer, though no timer ran',
    ],
  },
  {
    step: SEND,
    fault: 'a kept socket is closed at the moment it is used',
    must: 'lost, never unsent: bytes may have gone out',
    guard: 'lib/wechatpay/send.ts sentBy mayBeSent',
    test: ['wechatpay/send-sockets.test.ts', 'when the other side %s it at that very moment'],
  },
  {
    step: SEND,
    fault: 'nobody listens, or the name has no address',
    must: 'unsent: the sync may be repeated without asking',
    guard: 'lib/wechatpay/send.ts sentBy',
    test: ['wechatpay/send.test.ts', 'when the connection is refused'],
  },
  {
    step: SEND,
    fault: 'one address of the host is slow, silent or dead',
    must: 'the others are tried beside it, and it is waited for as long as the call may take',
    guard: 'lib/connections.ts withConcurrentConnects nextAddress',
    test: ['wechatpay/send-addresses.test.ts', 'is reached when %s, and asked once'],
  },
  {
    step: SEND,
    fault: 'NODE_TLS_REJECT_UNAUTHORIZED=0 was left behind in the environment',
    must: 'certificates are checked all the same, and no byte of the request is seen',
    guard: 'lib/connections.ts CONNECTION',
    test: [
      'connections.long.test.ts',
      'sees no byte of it out to a certificate that nobody trusts, with NODE_TLS_REJECT_UNAUTHORIZED=0',
    ],
  },
  {
    step: SEND,
    fault: 'the handshake fails: a wrong certificate',
    must: 'unsent, and no byte of the request is seen',
    guard: 'lib/connections.ts createAgents HttpsAgent',
    test: ['wechatpay/send-tls.test.ts', 'when nobody we trust signed the certificate'],
  },
  {
    step: SEND,
    fault: 'the answer sends us elsewhere (3xx)',
    must: 'given as it is and not followed: the signature would go to a stranger',
    guard: 'lib/wechatpay/send.ts sentBy response',
    test: ['wechatpay/send.test.ts', 'that redirects is given as it is and not followed'],
  },
  {
    step: SEND,
    fault: 'the request arrives after its lease',
    must: 'whoever asked by then has the answer: the order is proved by one query, and its caller ends nothing',
    guard: 'lib/ledger/transitions/lease.ts sameAttemptAndPending',
    test: ['proof/faults/late-request.test.ts', 'an invocation that comes back after its lease writes over nobody'],
  },
  {
    step: RECEIVE,
    fault: 'no answer comes, or one that drips for ever',
    must: 'lost when the time of the whole call is up',
    guard: 'lib/wechatpay/send.ts sentBy TimeUp',
    test: ['wechatpay/send.test.ts', 'when an answer drips on past the limit'],
  },
  {
    step: RECEIVE,
    fault: 'an answer of 64 MiB',
    must: 'lost after 64 KiB, within the memory of the function',
    guard: 'lib/wechatpay/send.ts sentBy length',
    test: ['wechatpay/send.test.ts', 'when the answer %s than is allowed'],
  },
  {
    step: RECEIVE,
    fault: 'an answer that is packed, by gzip or another coding, though it was asked for as it is',
    must: 'unpacked, and its signature checked over what was packed',
    guard: 'lib/content-coding.ts unpack codings',
    test: ['wechatpay/send-packed.test.ts', 'by %j is unpacked'],
  },
  {
    step: RECEIVE,
    fault: 'an answer of a few bytes that unpacks to many',
    must: 'lost while it is unpacked: no more than 64 KiB on either side',
    guard: 'lib/content-coding.ts unpack maxOutputLength',
    test: ['wechatpay/send-packed.test.ts', 'when it unpacks to more than is allowed: %s'],
  },
  {
    step: RECEIVE,
    fault: 'an answer that is packed and damaged, or packed by what nobody here knows',
    must: 'lost, with a reason of its own; neither a crash nor a wait',
    guard: 'lib/wechatpay/send.ts sentBy body',
    test: ['wechatpay/send-packed.test.ts', 'when it is said to be %s and is damaged: %s'],
  },
  {
    step: RECEIVE,
    fault: 'an answer with a byte order mark before it',
    must: 'read without it; its signature is checked, and it is kept, with it',
    guard: 'lib/text.ts readText startsWith',
    test: [
      'wechatpay/classify-answer-trust.test.ts',
      'is believed after a byte order mark, which was signed with it and is kept',
    ],
  },
  {
    step: RECEIVE,
    fault: 'half an answer',
    must: 'lost, never taken for a whole one',
    guard: 'lib/wechatpay/send.ts sentBy fail',
    test: ['wechatpay/send.test.ts', 'when the answer ends %s'],
  },
  {
    step: RECEIVE,
    fault: 'the request was taken and its answer lost',
    must: 'unknown: a query comes before any repeat',
    guard: 'lib/wechatpay/classify-answer.ts readAnswer unknown',
    test: [
      'proof/faults/late-request.test.ts',
      'a sync that was taken and whose answer was lost is asked about, and not repeated',
    ],
  },
]
