import { isHttp } from '../../../../lib/intake/event-source.ts'
import { type Invocation, TooManyRequestsException } from '../../../../lib/local/lambda/invocation.ts'
import type { Lambda, LambdaOptions } from '../../../../lib/local/lambda/start-lambda.ts'

/**
 * A region that can be lost: its functions die where they are, none starts, and what was delivered to them waits. When
 * it comes back all of it is delivered, as late as it then is.
 */
export const createRegion = (startLambda: (options: LambdaOptions) => Promise<Lambda>) => {
  const lambdas: Lambda[] = []
  let back: PromiseWithResolvers<void> | undefined

  return {
    /** Replaces startLambda. */
    start: async (options: LambdaOptions): Promise<Lambda> => {
      const lambda = await startLambda(options)
      const { invoke } = lambda
      lambdas.push(lambda)
      return Object.assign(lambda, {
        invoke: async (event: unknown): Promise<Invocation> => {
          // Whoever waits for an answer gets none.
          if (back && isHttp(event)) throw new TooManyRequestsException('the region is lost')
          await back?.promise
          return invoke(event)
        },
      })
    },
    get isLost() {
      return back !== undefined
    },
    lose: async (): Promise<void> => {
      back = Promise.withResolvers()
      await Promise.all(lambdas.map((lambda) => lambda.kill()))
    },
    comeBack: (): void => {
      back?.resolve()
      back = undefined
    },
  }
}
