import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Answer } from './answer.ts'
import type { AnswerKeys } from './answer-keys.ts'
import { type AnswerSignature, signAnswer, signAnswerLater, signPaddedAnswer } from './answer-signing.ts'
import { claimedMchid } from './authorization.ts'
import type { Decision } from './decide.ts'
import { type AnswerHeaders, streamDownload, streamPadded } from './delivery.ts'
import { FAULTS_AFTER, FAULTS_BEFORE, isAfter, isBefore, type Line } from './faults.ts'
import { type HistoryWriter, headerNames, type OpenCall } from './history.ts'
import type { Judge } from './judge.ts'
import { kindOf, type Route, routeOf } from './order-apis.ts'
import { type Packed, packedAsAllowed } from './packing.ts'
import type { Fault, Plans } from './plans.ts'
import { readBody } from './server.ts'

export type Reception = {
  readonly now: () => number
  readonly judge: Judge
  readonly keys: AnswerKeys
  readonly history: HistoryWriter
  readonly faults: Plans<Fault>
  readonly answerHeaders: AnswerHeaders
  /** The order number of a route, '' if there is none. */
  readonly orderNumber: (mchid: string, route: Route) => string
  /** false: responses 4xx and 5xx are unsigned. */
  readonly signRefusals: boolean
  readonly after: (ms: number, run: () => void) => void
}

const openCall = ({ now, orderNumber }: Reception, req: IncomingMessage, route: Route | undefined): OpenCall => {
  const { method = '', url: target = '' } = req
  const mchid = claimedMchid(req.headers.authorization)
  return {
    at: now(),
    method,
    target,
    headers: headerNames(req.rawHeaders),
    acceptEncoding: req.headers['accept-encoding'],
    body: '',
    mchid,
    out_order_no: route === undefined ? '' : orderNumber(mchid, route),
    kind: kindOf(method, route),
    status: 0,
    refusal: undefined,
    fault: undefined,
    applied: false,
    start: performance.now(),
    end: Number.POSITIVE_INFINITY,
  }
}

const endCall = (call: OpenCall) => {
  if (call.end === Number.POSITIVE_INFINITY) call.end = performance.now()
}

/** A complete request, and what is needed to answer it. */
type Visit = {
  readonly res: ServerResponse
  readonly call: OpenCall
  /** The key id that the request asks the response to be signed with. */
  readonly serial: string | undefined
  readonly decide: () => Decision
}

/** Processes one request: records it, applies a fault, decides, and sends the response. */
export const createExchange = (reception: Reception) => {
  const { now, judge, keys, history, faults, answerHeaders, signRefusals, after } = reception

  const sendHead = (
    { res, call }: Visit,
    answer: Answer,
    signature: AnswerSignature | undefined,
    length: number | undefined,
    coding?: string,
  ) => {
    call.status = answer.status
    res.writeHead(answer.status, answerHeaders(answer, signature, length, coding))
  }

  const reset = ({ res }: Visit) => {
    const resetNow = () => res.socket?.resetAndDestroy()
    // A reset would overtake the data on its way, so it waits.
    if (res.headersSent) after(50, resetNow)
    else resetNow()
  }

  const send = (visit: Visit, answer: Answer, signature?: AnswerSignature, as?: Packed) => {
    // The client has disconnected.
    if (visit.res.destroyed) return
    if (answer.download) {
      sendHead(visit, answer, signature, undefined)
      void streamDownload(visit.res, answer.download, () => reset(visit))
      return
    }
    const packed = as ?? packedAsAllowed(answer.body, visit.call.acceptEncoding)
    const body = packed?.bytes ?? Buffer.from(answer.body)
    sendHead(visit, answer, signature, body.length, packed?.coding)
    visit.res.end(body)
    // The response is sent, so anything that the client does next counts as later.
    endCall(visit.call)
  }

  const sendHonestly = (visit: Visit, answer: Answer) => {
    const isSigned = answer.signed && (answer.status < 400 || signRefusals)
    if (!isSigned) return send(visit, answer, undefined)
    void signAnswerLater(answer.body, now(), keys.choose(visit.serial)).then((signature) =>
      send(visit, answer, signature),
    )
  }

  /** Decides the request, then sends the response with `deliver`. */
  const conclude = ({ call, decide }: Visit, deliver: (answer: Answer) => void) => {
    const { answer, applied } = decide()
    call.applied = applied
    call.refusal = answer.refusal
    deliver(answer)
  }

  const lineOf = (visit: Visit, { delayMs, seconds }: Fault): Line => ({
    delayMs,
    seconds,
    after,
    stranger: keys.stranger,
    send: (answer, signature, as) => send(visit, answer, signature, as),
    sendHonestly: (answer) => sendHonestly(visit, answer),
    sendHead: (answer, signature, length) => sendHead(visit, answer, signature, length),
    sendPadded: (answer, padding) => {
      const signature = signPaddedAnswer({ text: answer.body, padding }, now(), keys.choose(visit.serial))
      sendHead(visit, answer, signature, Buffer.byteLength(answer.body) + padding)
      streamPadded(visit.res, answer.body, padding)
    },
    sign: (body, change = {}) =>
      signAnswer(body, now() + (change.seconds ?? 0) * 1000, change.key ?? keys.choose(visit.serial)),
    write: (bytes) => visit.res.write(bytes),
    reset: () => reset(visit),
  })

  const strike = (visit: Visit, fault: Fault) => {
    const { call } = visit
    call.fault = fault.fault
    if (isBefore(fault.fault)) {
      FAULTS_BEFORE[fault.fault](lineOf(visit, fault))
    } else if (isAfter(fault.fault)) {
      const damage = FAULTS_AFTER[fault.fault]
      conclude(visit, (answer) => damage(lineOf(visit, fault), answer))
    } else {
      after(fault.delayMs, () => conclude(visit, (answer) => sendHonestly(visit, answer)))
    }
  }

  return (req: IncomingMessage, res: ServerResponse): void => {
    const route = routeOf(req.url ?? '')
    const call = openCall(reception, req, route)
    history.add(call)
    res.once('close', () => endCall(call))
    readBody(req, (body) => {
      call.body = body.toString()
      const serial = req.headers['wechatpay-serial']
      const visit: Visit = {
        res,
        call,
        serial: typeof serial === 'string' ? serial : undefined,
        decide: () => judge(call, route, req.headers, body),
      }
      const fault = faults.draw(call)
      if (fault === undefined) conclude(visit, (answer) => sendHonestly(visit, answer))
      else strike(visit, fault)
    })
  }
}
