import { afterEach, beforeEach, vi } from 'vitest'

/** What the SDK wants of an environment, worth nothing unless a world gave it, and where the services of AWS are. */
export const stubAws = (endpoints: Readonly<Record<string, string>>): void => {
  const { AWS_ACCESS_KEY_ID = 'local', AWS_SECRET_ACCESS_KEY = 'local' } = process.env
  const own = { AWS_REGION: 'ap-east-1', AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY }
  for (const [name, value] of Object.entries({ ...own, ...endpoints })) vi.stubEnv(name, value)
}

/** Gives each test the environment that a deployment, or a local world, would have. */
export const stubAwsInEachTest = (endpoints: () => Readonly<Record<string, string>>): void => {
  beforeEach(() => stubAws(endpoints()))
  afterEach(() => vi.unstubAllEnvs())
}
